//===- InPlace.cpp - borrowed references that no variable holds -----------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InPlace.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"

namespace ungil::rules {

using namespace fix;

std::string LentInPlace::replacement(const std::string &Result) const {
  std::string Text = Strong->Name + "(";
  for (std::string_view Arg : Call.Args)
    Text += std::string(Arg) + ", ";
  if (out())
    return Text + "&" + Result + ")";
  return Text.substr(0, Text.size() - (Call.Args.empty() ? 0 : 2)) + ")";
}

namespace {

class InPlace {
public:
  InPlace(Draft &D, const FunctionText &Code, const LentInPlace &Lent)
      : D(D), Code(Code), Lent(Lent),
        Words(tokens(Code.Text, Code[Lent.Where].Offset,
                     Code[Lent.Where].end())) {}

  void run() {
    if (takenAtOnce() || keptAtOnce())
      return;
    holdInTemporary();
  }

private:
  std::string_view word(size_t I) const {
    return I < Words.size() ? spelling(Code.Text, Words[I])
                            : std::string_view();
  }
  bool takenAtOnce();
  bool keptAtOnce();
  void holdInTemporary();
  std::vector<std::string> wrapped(const std::string &Name);

  Draft &D;
  const FunctionText &Code;
  const LentInPlace &Lent;
  std::vector<Token> Words;
};

/// `Py_NewRef(call)` becomes the call that does both.
bool InPlace::takenAtOnce() {
  if (Lent.out())
    return false;
  for (size_t I = 0; I + 2 < Words.size(); ++I) {
    if (word(I) != "Py_NewRef" && word(I) != "Py_XNewRef")
      continue;
    CallText Outer = callAt(Code.Text, Words[I].Offset, word(I));
    if (!Outer.isValid() || Words[I + 2].Offset != Lent.Call.NameBegin ||
        Outer.Args.size() != 1 ||
        Outer.Args[0].size() != Lent.Call.End - Lent.Call.NameBegin)
      continue;
    D.replace(Outer.NameBegin, Outer.End, Lent.replacement(""));
    return true;
  }
  return false;
}

/// `self->x = call; Py_XINCREF(self->x);`
bool InPlace::keptAtOnce() {
  std::vector<StatementId> After = Code.siblingsAfter(Lent.Where);
  size_t Equal = llvm::find_if(Words,
                               [&](const Token &T) {
                                 return spelling(Code.Text, T) == "=";
                               }) -
                 Words.begin();
  bool Assigns = Code[Lent.Where].Kind == StatementKind::Expression &&
                 Equal + 1 < Words.size() &&
                 Words[Equal + 1].Offset == Lent.Call.NameBegin;
  if (!Assigns || After.empty() ||
      Code[After[0]].Kind != StatementKind::Expression)
    return false;
  std::string Target(Code.Text.substr(Words[0].Offset, Words[Equal - 1].end() -
                                                           Words[0].Offset));
  llvm::StringRef Next = Code.text(After[0]);
  CallText Taking;
  for (const char *Name : {"Py_INCREF", "Py_XINCREF"})
    if (Next.starts_with(Name))
      Taking = callAt(Code.Text, Code[After[0]].Offset, Name);
  if (!Taking.isValid() || Taking.Args.size() != 1 || Taking.Args[0] != Target)
    return false;
  if (Lent.out())
    D.rewrite(Lent.Where, wrapped(Target));
  else
    D.replace(Lent.Call.NameBegin, Lent.Call.NameEnd, Lent.Strong->Name);
  D.remove(After[0]);
  return true;
}

/// The statements that put the reference into \p Name.
std::vector<std::string> InPlace::wrapped(const std::string &Name) {
  std::string Call = Lent.replacement(Name);
  if (Lent.Strong->Form == ReplaceForm::OutSilent)
    return {"if (" + Call + " < 0)", Code.indentUnit() + "PyErr_Clear();"};
  return {Lent.out() ? Call + ";" : Name + " = " + Call + ";"};
}

/// The whole statement goes into a block with a variable of its own.
void InPlace::holdInTemporary() {
  const Statement &Here = Code[Lent.Where];
  Lifetime Life = lifetimeOf(Code.P, Lent.At);
  bool Elsewhere = llvm::any_of(Life.Uses, [&](EventId E) {
    uint32_t At = Code.P.event({Code.F, E}).Range.Offset;
    return At < Here.Offset || At >= Here.end();
  });
  bool Sometimes = llvm::any_of(Words, [&](const Token &T) {
    std::string_view S = spelling(Code.Text, T);
    return S == "?" || S == "&&" || S == "||" || T.Kind == TokenKind::Directive;
  });
  std::string Type = Code.returnType();
  bool Returns = Here.Kind == StatementKind::Return && !Type.empty();
  if (Here.Kind != StatementKind::Expression && !Returns)
    return D.refuse("the call is part of a larger expression");
  if (Elsewhere || !Life.Inner.empty() || !Life.Keeps.empty())
    return D.refuse("what the call lends is used after the statement");
  if (Sometimes || Here.has(SF_Macro))
    return D.refuse("the call is part of a larger expression");
  if (Lent.Strong->Form == ReplaceForm::CanFail ||
      Lent.Strong->Form == ReplaceForm::OutNone)
    return D.refuse("'" + Lent.Strong->Name +
                    "' can fail, and the call is part of a larger expression");
  std::string Unit = Code.indentUnit(), Name = Code.freeName("item");
  std::string Text(Code.text(Lent.Where));
  Text.replace(Lent.Call.NameBegin - Here.Offset,
               Lent.Call.End - Lent.Call.NameBegin, Name);
  std::vector<std::string> Lines{"{"};
  if (Lent.out()) {
    Lines.push_back(Unit + "PyObject *" + Name + ";");
    for (const std::string &Line : wrapped(Name))
      Lines.push_back(Unit + Line);
  } else {
    Lines.push_back(Unit + "PyObject *" + Name + " = " + Lent.replacement("") +
                    ";");
  }
  if (Returns) {
    std::string Result = Code.freeName("result");
    std::string Space = llvm::StringRef(Type).ends_with("*") ? "" : " ";
    size_t Value =
        Text.find_first_not_of(" \t\n", std::string("return").size());
    Lines.push_back(Unit + Type + Space + Result + " = " + Text.substr(Value));
    Lines.push_back(Unit + "Py_XDECREF(" + Name + ");");
    Lines.push_back(Unit + "return " + Result + ";");
  } else {
    Lines.push_back(Unit + Text);
    Lines.push_back(Unit + "Py_XDECREF(" + Name + ");");
  }
  Lines.emplace_back("}");
  D.rewrite(Lent.Where, std::move(Lines));
}

} // namespace

void fixInPlace(Draft &D, const FunctionText &Code, const LentInPlace &Lent) {
  InPlace(D, Code, Lent).run();
}

} // namespace ungil::rules
