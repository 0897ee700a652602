//===- Fix.cpp - walks under a critical section ---------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A critical section on the dict goes around the whole loop; keys and values
// that are used while something may let go of it are kept by references.
//
//===----------------------------------------------------------------------===//

#include "Fix/Walk.h"
#include "llvm/ADT/StringRef.h"

namespace ungil::rules {
namespace {

using namespace fix;

class IterationFix {
public:
  IterationFix(const FixContext &Context, const Finding &Found)
      : Context(Context), P(Context.P),
        S{Found.About.Function, Found.About.Event}, Body(P.body(S.Function)),
        Code(P, S.Function, Context.text(Body.Body.File)), D(Code) {}

  FixPlan plan();

private:
  void findCall();
  void findPart();
  void findLent();
  StatementId wholeWalk() const;
  uint32_t outLocal(unsigned Arg) const;

  const FixContext &Context;
  const Program &P;
  Site S;
  const Function &Body;
  FunctionText Code;
  Draft D;
  CallText Call;
  Walk W;
};

void IterationFix::findCall() {
  const Event &E = P.event(S);
  const ApiFunction *Api = P.api(E);
  if (!Code.isValid())
    return D.refuse("the function is written by a macro");
  if (!Api || !Api->Borrow || Api->Borrow->Owner < 0)
    return D.refuse("the walk is a function of the extension");
  Call = callAt(Code.Text, E.Range.Offset, P.calleeName(E));
  W.Call = S;
  W.Owner = static_cast<unsigned>(Api->Borrow->Owner);
  if (!Call.isValid() || W.Owner >= Call.Args.size())
    return D.refuse("the call is part of a macro");
  W.Where = Code.at(Call.NameBegin);
  if (W.Where == None || Code[W.Where].has(SF_Macro))
    return D.refuse("the call is part of a macro");
  if (P.sectionHeld(S, W.Owner))
    return D.refuse("a key or value outlives the section that is there");
  W.Container = llvm::StringRef(Call.Args[W.Owner]).trim().str();
}

/// The body of `while (PyDict_Next(...))` or `if (PyDict_Next(...))`.
void IterationFix::findPart() {
  const Statement &Here = Code[W.Where];
  if (D.isRefused() ||
      (Here.Kind != StatementKind::Loop && Here.Kind != StatementKind::If))
    return;
  std::vector<StatementId> Parts = Code.children(W.Where);
  std::vector<Token> Words = tokens(Code.Text, Here.Offset, Call.NameBegin);
  for (const Token &T : Words)
    if (spelling(Code.Text, T) == "!" || spelling(Code.Text, T) == "do")
      return;
  if (!Parts.empty())
    W.Part = Here.Kind == StatementKind::If ? Parts.front() : Parts.back();
}

/// The local whose address is argument \p Arg; None.
uint32_t IterationFix::outLocal(unsigned Arg) const {
  const Event &E = P.event(S);
  if (Arg >= E.Args.size() || E.Args[Arg].Kind != OperandKind::Address)
    return None;
  const Path &To = P.path(E.Args[Arg].Index);
  return To.Root == RootKind::Local && To.Steps.empty() ? To.Index : None;
}

void IterationFix::findLent() {
  if (D.isRefused())
    return;
  for (int Out : P.api(P.event(S))->Borrow->Outs) {
    auto Arg = static_cast<unsigned>(Out);
    Lifetime Life = lifetimeOf(P, S, Arg + 1);
    if (Life.Uses.empty())
      continue;
    uint32_t Local = outLocal(Arg);
    if (Local == None)
      return D.refuse("what is lent is not kept in a local variable");
    W.Lent.push_back({Local, std::move(Life)});
  }
}

/// The outermost loop around the call that goes on with the same walk, or the
/// statement of the call.
StatementId IterationFix::wholeWalk() const {
  StatementId Whole = W.Where;
  std::string_view Position = Call.Args.size() > 1 ? Call.Args[1] : "";
  for (StatementId L = W.Where; L != None;
       L = Code.around(L, StatementKind::Loop)) {
    if (Code[L].Kind != StatementKind::Loop)
      continue;
    // `for (pos = 0; PyDict_Next(...); )` sets it once, in front.
    uint32_t Begin = Code[L].Offset;
    if (L == W.Where)
      Begin = Call.NameBegin;
    if (changedIn(Code, Position, Begin, Code[L].end()))
      break;
    Whole = L;
  }
  return Whole;
}

FixPlan IterationFix::plan() {
  findCall();
  findPart();
  findLent();
  if (!D.isRefused())
    putSectionAround(D, Context, Code, W, wholeWalk());
  return D.finish(Applicability::Suggested, "hold a critical section on '" +
                                                W.Container +
                                                "' while it is walked through");
}

} // namespace

FixPlan dictIterationFix(const FixContext &Context, const Finding &Found) {
  return IterationFix(Context, Found).plan();
}

} // namespace ungil::rules
