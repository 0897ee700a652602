//===- Exits.cpp - ways out of statements led to their end ----------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fix/Exits.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"

namespace ungil::fix {

Exits::Exits(Draft &D, const FunctionText &Code, std::vector<StatementId> Range,
             bool Cxx, bool MayJump)
    : D(D), Code(Code), Range(std::move(Range)), Cxx(Cxx), MayJump(MayJump) {
  for (StatementId S = 0; S != Code.Statements.size(); ++S)
    if (inRange(S) && leaves(S, this->Range))
      All.push_back(S);
}

bool Exits::inRange(StatementId S) const {
  return Code[Range.front()].Offset <= Code[S].Offset &&
         Code[S].end() <= Code[Range.back()].end() && S >= Range.front();
}

/// Does control, at \p S in one of \p From, leave all of them?
bool Exits::leaves(StatementId S, const std::vector<StatementId> &From) const {
  return Code.leaves(S, Code[From.front()].Offset, Code[From.back()].end());
}

std::vector<StatementId> Exits::jumpsOutOf(StatementId Part) const {
  std::vector<StatementId> Jumps;
  for (StatementId S = Part; S < Code.Statements.size(); ++S)
    if (Code.within(S, Part) && leaves(S, {Part}))
      Jumps.push_back(S);
  return Jumps;
}

/// The innermost loop or switch around \p S in the range; None.
StatementId Exits::repeatsAround(StatementId S) const {
  for (S = Code[S].Parent; S != None && inRange(S); S = Code[S].Parent)
    if (Code[S].Kind == StatementKind::Loop ||
        Code[S].Kind == StatementKind::Switch)
      return S;
  return None;
}

/// Does control fall through from \p S to the end of the range?
bool Exits::isLast(StatementId S) const {
  for (; !llvm::is_contained(Range, S); S = Code[S].Parent) {
    const Statement &Parent = Code[Code[S].Parent];
    bool Falls = Parent.Kind == StatementKind::If ||
                 Parent.Kind == StatementKind::Label ||
                 (Parent.Kind == StatementKind::Compound &&
                  Code.siblingsAfter(S).empty());
    if (!Falls)
      return false;
  }
  return S == Range.back();
}

std::string Exits::returned(StatementId S) const {
  llvm::StringRef Text(Code.text(S));
  Text.consume_front("return");
  return Text.trim().rtrim(';').trim().str();
}

/// Does \p Value mean the same behind the range?
bool Exits::sameBehind(const std::string &Value) const {
  std::vector<Token> Words =
      tokens(Value, 0, static_cast<uint32_t>(Value.size()));
  uint32_t Begin = Code[Range.front()].Offset, End = Code[Range.back()].end();
  return llvm::all_of(Words, [&](const Token &T) {
    std::string_view Word = spelling(Value, T);
    bool Inside =
        T.Kind == TokenKind::Name &&
        llvm::any_of(Code.P.body(Code.F).Locals, [&](const Local &L) {
          return L.Name == Word && Begin <= L.Loc.Offset && L.Loc.Offset < End;
        });
    return !Inside && (T.Kind != TokenKind::Punctuation || Word == "-") &&
           T.Kind != TokenKind::Text;
  });
}

bool Exits::isPlainMacro(StatementId S) const {
  llvm::StringRef Text(Code.text(S));
  return Text.starts_with("Py_RETURN_") && !Text.contains('(');
}

size_t Exits::target(std::string Text, bool IsResult, bool Failure) {
  for (size_t I = 0; I != Targets.size(); ++I)
    if (Targets[I].Text == Text)
      return I;
  std::string Wanted = Failure ? "failed" : "leave";
  std::string Flag = Code.freeName(Wanted, [&](const std::string &Name) {
    return llvm::any_of(Targets,
                        [&](const Target &T) { return T.Flag == Name; });
  });
  Targets.push_back({std::move(Text), std::move(Flag), IsResult});
  return Targets.size() - 1;
}

static bool isFailure(llvm::StringRef Value) {
  return Value == "NULL" || Value == "nullptr" || Value == "-1";
}

size_t Exits::targetOf(StatementId S) {
  std::string Text(Code.text(S));
  if (Code[S].has(SF_Macro) || Code[S].Kind != StatementKind::Return) {
    llvm::StringRef Name(Text);
    bool Failure = Code[S].Kind == StatementKind::Goto &&
                   (Name.contains("err") || Name.contains("fail"));
    return target(Text, false, Failure);
  }
  std::string Value = returned(S);
  if (OneValue)
    return target(Value.empty() ? "return;" : "return " + Value + ";", false,
                  isFailure(Value));
  return target("return " + Result + ";", true, false);
}

void Exits::findTargets() {
  std::string One;
  bool First = true;
  for (StatementId S : All) {
    if (Code[S].has(SF_Macro) && !isPlainMacro(S)) {
      llvm::StringRef Macro(Code.text(S));
      return D.refuse(
          "macro '" +
          Macro.take_until([](char C) { return C == '(' || C == ';'; }).str() +
          "' can leave the function");
    }
    if (Code[S].Kind != StatementKind::Return || Code[S].has(SF_Macro))
      continue;
    std::string Value = returned(S);
    OneValue &= sameBehind(Value) && (First || Value == One);
    One = Value;
    First = false;
  }
  Result = Code.freeName("result");
  Type = Code.returnType();
  if (!OneValue && Type.empty())
    return D.refuse("what it returns cannot be kept in a variable");
  for (StatementId S : All)
    targetOf(S);
  llvm::stable_sort(Targets, [](const Target &A, const Target &B) {
    return A.Result < B.Result;
  });
  if (Targets.size() > 2)
    D.refuse("there are too many ways out of it");
  Falls = !Code.endsWays(Range.back());
}

/// Does control, led from \p S to the end, come by the end of \p Part? Out of
/// loops around the part it gets by `break`, which skips it.
bool Exits::passesEndOf(StatementId Part, StatementId S) const {
  for (StatementId Out = repeatsAround(S); Out != None;
       Out = repeatsAround(Out))
    if (Code.within(Part, Out))
      return false;
  return true;
}

/// Would a `goto` from \p S to the end pass a declaration that C++ forbids?
bool Exits::passesDeclaration(StatementId S) const {
  return Cxx && llvm::any_of(Range, [&](StatementId Next) {
           return Next > S && Code[Next].Kind == StatementKind::Declaration;
         });
}

/// The statement that takes control at \p S to the end of the range; empty
/// when it falls through.
std::string Exits::leadToEnd(StatementId S, const Target &To) {
  StatementId Out = S;
  std::vector<StatementId> Left; ///< loops and switches, from inside out
  for (StatementId Around = repeatsAround(S); Around != None;
       Around = repeatsAround(Around))
    Left.push_back(Out = Around);
  if (!isLast(Out)) {
    if (!MayJump || passesDeclaration(S))
      D.refuse("a way out in the middle would have to skip what follows");
    if (Label.empty())
      Label = Code.freeName("done");
    return "goto " + Label + ";";
  }
  if (Left.empty())
    return {};
  for (StatementId Inner : llvm::ArrayRef(Left).drop_back()) {
    std::vector<std::string> &Flags = Again[Inner];
    if (!llvm::is_contained(Flags, To.Flag))
      Flags.push_back(To.Flag);
  }
  return "break;";
}

void Exits::plan(StatementId Part, StatementId From,
                 const std::vector<std::string> &Leave) {
  findTargets();
  if (D.isRefused())
    return;
  std::vector<StatementId> Parts;
  if (Part != None)
    Parts = Code.children(Part);
  bool AtEnd = Parts.empty() || !Code.endsWays(Parts.back());
  for (StatementId S : All) {
    size_t Index = targetOf(S);
    const Target &To = Targets[Index];
    std::vector<std::string> Lines;
    if (To.Result)
      Lines.push_back(Result + " = " + returned(S) + ";");
    std::string Jump = leadToEnd(S, To);
    bool Skips = llvm::StringRef(Jump).starts_with("goto") || !AtEnd ||
                 !passesEndOf(Part, S);
    if (Part != None && Code.within(S, Part) && (From == None || S > From) &&
        Skips)
      Lines.insert(Lines.end(), Leave.begin(), Leave.end());
    if (needsFlag(Index))
      Lines.push_back(To.Flag + " = 1;");
    if (!Jump.empty())
      Lines.push_back(std::move(Jump));
    if (Lines.empty())
      Lines.emplace_back(";");
    D.rewrite(S, std::move(Lines));
  }
  for (const auto &[Inner, Flags] : Again) {
    if (Flags.empty())
      continue;
    D.after(Inner, "if (" + llvm::join(Flags, " || ") + ")");
    D.after(Inner, Code.indentUnit() + "break;");
  }
}

std::vector<std::string> Exits::declarations() const {
  std::vector<std::string> Lines;
  // In C++ no goto may pass an initialisation.
  bool Split = Cxx && llvm::any_of(Code.Statements, [](const Statement &S) {
                 return S.Kind == StatementKind::Label;
               });
  auto Declare = [&](const std::string &What, const std::string &Name,
                     const std::string &Value) {
    Lines.push_back(What + Name + (Split ? "" : " = " + Value) + ";");
    if (Split)
      Lines.push_back(Name + " = " + Value + ";");
  };
  for (size_t I = 0; I != Targets.size(); ++I) {
    if (Targets[I].Result) {
      bool Pointer = llvm::StringRef(Type).ends_with("*");
      std::string Front = Type + (Pointer ? "" : " ");
      if (needsFlag(0))
        Declare(Front, Result, Pointer ? "NULL" : "0");
      else
        Lines.push_back(Front + Result + ";");
    }
    if (needsFlag(I))
      Declare("int ", Targets[I].Flag, "0");
  }
  return Lines;
}

std::vector<std::string> Exits::behind() const {
  std::vector<std::string> Lines;
  for (size_t I = 0; I != Targets.size(); ++I) {
    if (needsFlag(I))
      Lines.push_back("if (" + Targets[I].Flag + ")");
    Lines.push_back((needsFlag(I) ? Code.indentUnit() : "") + Targets[I].Text);
  }
  return Lines;
}

} // namespace ungil::fix
