//===- Release.cpp - one release on every path ----------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fix/Release.h"
#include "Fix/Hold.h"
#include "Fix/NullTest.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"

namespace ungil::fix {
namespace {

/// What the variable holds at some point.
enum class State : uint8_t {
  Ours,       ///< our reference
  OursOrNull, ///< our reference, or nothing
  Null,
  Given, ///< what was ours is owned by what follows
  Unreached,
};

class Releases {
public:
  Releases(Draft &D, const FunctionText &Code, const OwnedVariable &V)
      : D(D), Code(Code), V(V) {}

  void run();

private:
  bool findExtent();
  State walk(StatementId S, State Now);
  State walkIf(StatementId S, State Now);
  State walkBlock(StatementId S, State Now);
  State walkSimple(StatementId S, State Now);
  State leave(StatementId S, State Now);
  State join(State A, State B);
  std::optional<State> takesReference(StatementId S);
  void removeTaking(StatementId S);
  State ownDefault(StatementId S);
  bool makesNew(StatementId S) const;
  bool assigns(StatementId S) const;
  bool mentioned(StatementId S) const;
  bool keepsWithout(StatementId S) const;
  void release(StatementId S, State Now, bool After);
  std::string releaseText(State Now) const {
    return (Now == State::Ours ? "Py_DECREF(" : "Py_XDECREF(") + V.Name + ");";
  }
  static bool isOurs(State Now) {
    return Now == State::Ours || Now == State::OursOrNull;
  }

  Draft &D;
  const FunctionText &Code;
  const OwnedVariable &V;
  std::vector<StatementId> Block; ///< From and what follows, to the last use
  uint32_t Begin = 0, End = 0;    ///< bytes of Block
  bool Kept = false;              ///< stored, and no Py_INCREF yet
  /// Used behind Block, where it must be owned already.
  bool UsedLater = false;
};

bool Releases::mentioned(StatementId S) const {
  return V.Life.usedIn(Code.P, Code.F, Code[S].Offset, Code[S].end()) ||
         Code.mentions(V.Name, S);
}

/// A new value for the variable, in an expression statement of its own.
bool Releases::assigns(StatementId S) const {
  std::vector<Token> Words = tokens(Code.Text, Code[S].Offset, Code[S].end());
  return Words.size() > 2 && spelling(Code.Text, Words[0]) == V.Name &&
         spelling(Code.Text, Words[1]) == "=";
}

/// The statements the reference lives in: from its birth to the last one of
/// the block that uses it, to a label, or to the next assignment.
bool Releases::findExtent() {
  const Statement &First = Code[V.From];
  if (First.Parent == None ||
      (Code[First.Parent].Kind != StatementKind::Compound &&
       Code[First.Parent].Kind != StatementKind::Case)) {
    D.refuse("the call is not in a block of its own");
    return false;
  }
  std::vector<StatementId> All{V.From};
  for (StatementId S : Code.siblingsAfter(V.From)) {
    if (Code[S].Kind == StatementKind::Label || assigns(S))
      break;
    if (Code[S].Kind == StatementKind::Case)
      break;
    All.push_back(S);
  }
  while (All.size() > 1 && !mentioned(All.back()))
    All.pop_back();
  Block = std::move(All);
  Begin = First.Offset;
  End = Code[Block.back()].end();
  for (EventId E : V.Life.Uses) {
    uint32_t At = Code.P.event({Code.F, E}).Range.Offset;
    UsedLater |= At < Begin || At >= End;
  }
  if (Code.hasDirective(Begin, End)) {
    D.refuse("there is conditional compilation between the call and the last "
             "use of '" +
             V.Name + "'");
    return false;
  }
  return true;
}

void Releases::release(StatementId S, State Now, bool After) {
  if (!isOurs(Now))
    return;
  if (Kept)
    D.refuse("'" + V.Name + "' is stored without a reference of its own");
  if (UsedLater)
    D.refuse("'" + V.Name + "' is used outside of the block it is set in");
  After ? D.after(S, releaseText(Now)) : D.before(S, releaseText(Now));
}

bool Releases::keepsWithout(StatementId S) const {
  return llvm::any_of(V.Life.Keeps, [&](EventId E) {
    uint32_t At = Code.P.event({Code.F, E}).Range.Offset;
    return Code[S].Offset <= At && At < Code[S].end();
  });
}

/// `Py_INCREF(v);` goes, `Py_NewRef(v)` becomes `v`: the reference is ours.
std::optional<State> Releases::takesReference(StatementId S) {
  const Statement &Here = Code[S];
  std::vector<Token> Words = tokens(Code.Text, Here.Offset, Here.end());
  for (size_t I = 0; I + 3 < Words.size(); ++I) {
    std::string_view Name = spelling(Code.Text, Words[I]);
    bool Statement = Name == "Py_INCREF" || Name == "Py_XINCREF";
    bool Expression = Name == "Py_NewRef" || Name == "Py_XNewRef";
    if (!Statement && !Expression)
      continue;
    CallText Call = callAt(Code.Text, Words[I].Offset, Name);
    if (!Call.isValid() || Call.Args.size() != 1)
      continue;
    std::vector<Token> Arg = tokens(Call.Args[0], 0, Call.Args[0].size());
    if (Arg.empty() || spelling(Call.Args[0], Arg.back()) != V.Name)
      continue; // `(PyObject *)v` counts, `f(v)` does not end with it
    if (Expression)
      D.replace(Call.NameBegin, Call.End, std::string(Call.Args[0]));
    else if (I == 0)
      removeTaking(S);
    else
      return std::nullopt;
    return State::Given;
  }
  return std::nullopt;
}

/// Removes `Py_INCREF(v);`, with the `if (v != NULL)` around it. A branch that
/// has an else must not be empty.
void Releases::removeTaking(StatementId S) {
  StatementId Parent = Code[S].Parent;
  StatementId Around = Code[Parent].Parent;
  if (Code[Parent].Kind == StatementKind::Compound && Around != None &&
      Code[Around].Kind == StatementKind::If &&
      Code.children(Around).size() == 2 && Code.children(Parent).size() == 1)
    return D.rewrite(S, {"/* the reference is ours already */"});
  bool Alone = Code[Parent].Kind == StatementKind::If &&
               Code.children(Parent).size() == 1;
  D.remove(Alone ? Parent : S);
}

/// Control leaves the block at \p S.
State Releases::leave(StatementId S, State Now) {
  const Statement &Here = Code[S];
  if (!isOurs(Now))
    return State::Unreached;
  if (Here.Kind != StatementKind::Return) {
    release(S, Now, false);
    return State::Unreached;
  }
  if (std::optional<State> Taken = takesReference(S)) {
    Kept = false;
    return State::Unreached;
  }
  std::vector<Token> Words = tokens(Code.Text, Here.Offset, Here.end());
  if (Words.size() == 3 && spelling(Code.Text, Words[1]) == V.Name) {
    D.refuse("'" + V.Name + "' is returned as it was borrowed");
    return State::Unreached;
  }
  bool Inner = llvm::any_of(V.Life.Inner, [&](uint32_t L) {
    return Code.mentions(Code.P.body(Code.F).Locals[L].Name, S);
  });
  if (!Inner && !Code.mentions(V.Name, S)) {
    release(S, Now, false);
    return State::Unreached;
  }
  if (Words.size() < 3 || Here.has(SF_Macro)) {
    D.refuse("what is returned is made of '" + V.Name + "'");
    return State::Unreached;
  }
  if (Kept)
    D.refuse("'" + V.Name + "' is stored without a reference of its own");
  uint32_t ValueBegin = Words[1].Offset, ValueEnd = Words.back().Offset;
  std::string Value(Code.Text.substr(ValueBegin, ValueEnd - ValueBegin));
  std::vector<std::string> Lines =
      returnAfter(Code, S, Value, {releaseText(Now)});
  if (Lines.empty())
    D.refuse("what is returned is made of '" + V.Name + "'");
  else
    D.rewrite(S, std::move(Lines));
  return State::Unreached;
}

/// `if (v == NULL) v = fallback;`: then we own the fallback as well. What a
/// call makes is the function's own already.
State Releases::ownDefault(StatementId S) {
  std::vector<Token> Words = tokens(Code.Text, Code[S].Offset, Code[S].end());
  bool Plain = llvm::all_of(Words, [&](const Token &T) {
    std::string_view Text = spelling(Code.Text, T);
    return T.Kind == TokenKind::Name || Text == "=" || Text == ";" ||
           Text == "->" || Text == ".";
  });
  if (makesNew(S))
    return State::Given;
  if (!Plain || Words.size() < 4) {
    D.refuse("'" + V.Name + "' is set again on some of the ways");
    return State::Null;
  }
  uint32_t Begin = Words[2].Offset, End = Words.back().Offset;
  D.replace(Begin, End,
            "Py_NewRef(" + std::string(Code.Text.substr(Begin, End - Begin)) +
                ")");
  return State::Ours;
}

/// Is the new value in \p S what a call returns that lends nothing?
bool Releases::makesNew(StatementId S) const {
  return llvm::any_of(Code.P.body(Code.F).Events, [&](const Event &E) {
    if (E.Kind != EventKind::Bind || E.Range.Offset < Code[S].Offset ||
        E.Range.Offset >= Code[S].end() || E.Value.Kind != OperandKind::Result)
      return false;
    const Event &Call = Code.P.event({Code.F, E.Value.Index});
    const ApiFunction *Api = Code.P.api(Call);
    return Call.Kind == EventKind::Call && !(Api && Api->Borrow);
  });
}

State Releases::walkSimple(StatementId S, State Now) {
  const Statement &Here = Code[S];
  if (Here.has(SF_Macro | SF_Leaves)) {
    if (Here.Kind == StatementKind::Return)
      return leave(S, Now);
    llvm::StringRef Macro(Code.text(S));
    D.refuse("macro '" +
             Macro.take_until([](char C) { return C == '('; }).str() +
             "' can leave the function");
    return Now;
  }
  if (S == V.From)
    return Now;
  if (Now == State::Null && assigns(S))
    return ownDefault(S);
  if (!isOurs(Now))
    return Now;
  if (keepsWithout(S))
    Kept = true;
  if (std::optional<State> Taken = takesReference(S)) {
    Kept = false;
    return *Taken;
  }
  if (assigns(S)) {
    D.refuse("'" + V.Name + "' is set again on some of the ways");
    return Now;
  }
  return Now;
}

State Releases::join(State A, State B) {
  if (A == B || B == State::Unreached)
    return A;
  if (A == State::Unreached)
    return B;
  if (A == State::Given || B == State::Given) {
    // Ours on the other way: nobody could release it behind this point.
    if (isOurs(A) || isOurs(B))
      D.refuse("a reference to '" + V.Name + "' is taken on some of the ways");
    return State::Given;
  }
  return State::OursOrNull;
}

State Releases::walkIf(StatementId S, State Now) {
  std::vector<StatementId> Parts = Code.children(S);
  if (Parts.empty())
    return Now;
  auto [Open, Close] = Code.condition(S);
  NullTest Test = nullTest(Code.Text, Open, Close, V.Name, V.NoneIsNull);
  auto Refined = [&](Nullness N) {
    // Who knows that the call did not fail does not know that it found one.
    bool Half = S == V.FailureTest && N == Nullness::NotNull;
    if (!isOurs(Now) || N == Nullness::Unknown || Half)
      return Now;
    return N == Nullness::Null ? State::Null : State::Ours;
  };
  State Before[2] = {Refined(Test.Then), Refined(Test.Else)};
  State After[2] = {walk(Parts[0], Before[0]), Before[1]};
  if (Parts.size() > 1)
    After[1] = walk(Parts[1], Before[1]);
  return join(After[0], After[1]);
}

/// A block, or the body of a loop or switch.
State Releases::walkBlock(StatementId S, State Now) {
  const Statement &Here = Code[S];
  State Start = Now;
  bool Repeats =
      Here.Kind == StatementKind::Loop || Here.Kind == StatementKind::Switch;
  for (StatementId Part : Code.children(S)) {
    if (Code[Part].Kind == StatementKind::Case && Now == State::Unreached)
      Now = Start;
    if (Code[Part].Kind == StatementKind::Label) {
      D.refuse("there is a label before the last use of '" + V.Name + "'");
      return Now;
    }
    Now = walk(Part, Now);
  }
  return Repeats ? join(Start, Now) : Now;
}

State Releases::walk(StatementId S, State Now) {
  if (D.isRefused() || Now == State::Unreached)
    return Now;
  switch (Code[S].Kind) {
  case StatementKind::If:
    return walkIf(S, Now);
  case StatementKind::Compound:
  case StatementKind::Case:
  case StatementKind::Label:
  case StatementKind::Loop:
  case StatementKind::Switch:
    return walkBlock(S, Now);
  case StatementKind::Return:
    return leave(S, Now);
  case StatementKind::Goto:
  case StatementKind::Break:
  case StatementKind::Continue:
    if (Code.leaves(S, Begin, End))
      return leave(S, Now);
    if (Code[S].Kind == StatementKind::Goto || Now == State::Given)
      D.refuse("the ways to the last use of '" + V.Name + "' are too many");
    return State::Unreached;
  case StatementKind::Declaration:
  case StatementKind::Expression:
  case StatementKind::Other:
    return walkSimple(S, Now);
  }
  return Now;
}

void Releases::run() {
  if (!findExtent())
    return;
  State Now = V.MayBeNull ? State::OursOrNull : State::Ours;
  for (StatementId S : Block)
    Now = walk(S, Now);
  if (!D.isRefused())
    release(Block.back(), Now, true);
}

} // namespace

void releaseOnEveryPath(Draft &D, const FunctionText &Code,
                        const OwnedVariable &V) {
  if (!D.isRefused())
    Releases(D, Code, V).run();
}

} // namespace ungil::fix
