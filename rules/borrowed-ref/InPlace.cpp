//===- InPlace.cpp - borrowed references that no variable holds -----------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InPlace.h"
#include "Fix/FailureExit.h"
#include "Fix/Hold.h"
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
  InPlace(Draft &D, const FixContext &Context, const FunctionText &Code,
          const LentInPlace &Lent)
      : D(D), Context(Context), Code(Code), Lent(Lent),
        Words(tokens(Code.Text, Code[Lent.Where].Offset,
                     Code[Lent.Where].end())) {}

  void run() {
    if (takenAtOnce() || keptAtOnce())
      return;
    hold();
  }

private:
  std::string_view word(size_t I) const {
    return I < Words.size() ? spelling(Code.Text, Words[I])
                            : std::string_view();
  }
  bool takenAtOnce();
  bool keptAtOnce();
  std::string freeName(const Holds &References) const;
  bool isConditional() const;
  void hold();
  std::vector<std::string> wrapped(const std::string &Name);

  Draft &D;
  const FixContext &Context;
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

/// What the call may be asked for only after something else in its statement.
bool InPlace::isConditional() const {
  return llvm::any_of(Words, [&](const Token &T) {
    std::string_view S = spelling(Code.Text, T);
    return T.Offset < Lent.Call.NameBegin &&
           (S == "?" || S == "&&" || S == "||");
  });
}

/// The same for nobody else in the function, for all may be fixed at once.
std::string InPlace::freeName(const Holds &References) const {
  const Function &Body = Code.P.body(Code.F);
  unsigned Before = 0;
  for (EventId E = 0; E != Lent.At.Event; ++E) {
    const Event &Ev = Body.Events[E];
    const ApiFunction *Api =
        Ev.Kind == EventKind::Call ? Code.P.api(Ev) : nullptr;
    bool Bound = llvm::any_of(Body.Events, [&](const Event &Bind) {
      return Bind.Kind == EventKind::Bind &&
             Bind.Value.Kind == OperandKind::Result && Bind.Value.Index == E;
    });
    Before += Api && Api->Borrow && Api->Borrow->Strong && !Bound;
  }
  return References.freeName(
      "item" + (Before ? std::to_string(Before + 1) : std::string()));
}

/// The reference lives in a variable of its own.
void InPlace::hold() {
  auto [Begin, End] = ownBytes(Code, Lent.Where);
  if (Lent.Call.NameBegin < Begin || Lent.Call.End > End || isConditional() ||
      Code[Lent.Where].has(SF_Macro) || Code.hasDirective(Begin, End) ||
      Code[Lent.Where].Kind == StatementKind::Loop ||
      Lent.Strong->Form == ReplaceForm::OutNone)
    return D.refuse("the call is part of a larger expression");
  Holds References(D, Context, Code);
  HeldReference H;
  H.At = H.First = H.Last = Lent.Where;
  H.Name = freeName(References);
  H.Take = wrapped(H.Name);
  H.Instead = {{Lent.Call.NameBegin, Lent.Call.End}};
  if (Lent.Strong->Form == ReplaceForm::CanFail) {
    std::string Exit = failureExit(Code, Lent.Where, H.Name, /*InFront=*/true);
    if (Exit.empty())
      return D.refuse("'" + Lent.Strong->Name +
                      "' can fail, and how this function reports failure is "
                      "not plain");
    H.Take.push_back("if (" + H.Name + " == NULL)" + Exit);
  }
  Lifetime Life = lifetimeOf(Code.P, Lent.At);
  auto Counts = [&](EventId E, bool) {
    const Event &Ev = Code.P.event({Code.F, E});
    const auto &Value = Code.P.Functions[Code.F].Value.value(E);
    bool Itself = llvm::any_of(Value, [&](const Origin &O) {
      return O.Kind == OperandKind::Result && O.Index == Lent.At.Event;
    });
    if (Life.Keeps.count(E) || (Ev.Kind == EventKind::Return && Itself))
      D.refuse("what the call lends is kept, or returned, as it is");
    return true;
  };
  coverUses(D, Code, Life, {Lent.Where}, H, Counts);
  if (D.isRefused())
    return;
  References.add(std::move(H));
  References.write();
}

} // namespace

void fixInPlace(Draft &D, const FixContext &Context, const FunctionText &Code,
                const LentInPlace &Lent) {
  InPlace(D, Context, Code, Lent).run();
}

} // namespace ungil::rules
