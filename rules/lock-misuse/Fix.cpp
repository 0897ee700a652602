//===- Fix.cpp - the lock given back where it was forgotten ---------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A return that leaves a mutex held gets the statement with which the other
// ways of the function give it back.
//
//===----------------------------------------------------------------------===//

#include "Fix/Hold.h"
#include "Fix/Section.h"
#include "LockMisuse.h"
#include "Rules/Locking.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"

namespace ungil::rules {
namespace {

using namespace fix;

class UnlockFix {
public:
  UnlockFix(const FixContext &Context, const Finding &Found)
      : P(Context.P), Info(P.Functions[Found.About.Function]),
        Exit(Found.About.Event),
        Code(P, Found.About.Function,
             Context.text(P.body(Found.About.Function).Body.File)),
        D(Code) {}

  FixPlan plan();

private:
  const HeldLock *forgotten(EventId Exit);
  std::string unlock(const HeldLock &Lock, StatementId Before);
  void giveBack(StatementId S, const std::string &Line);
  void mend(EventId Exit);

  const Program &P;
  const FunctionInfo &Info;
  EventId Exit;
  FunctionText Code;
  Draft D;
};

/// The one mutex that is held at the return.
const HeldLock *UnlockFix::forgotten(EventId Exit) {
  const HeldLock *Found = nullptr;
  for (const HeldLock &L : Info.Locks.at(Exit)) {
    bool Returned = llvm::any_of(Info.Locks.Changes, [&](const LockChange &C) {
      return !C.Takes && C.Lock.What == L.What;
    });
    if (!isMutex(L) || L.Acquired == None || !Returned)
      continue;
    if (Found)
      D.refuse("more than one lock is held there");
    Found = &L;
  }
  if (!Found)
    D.refuse("only some of the ways to it hold the lock");
  return Found;
}

/// The statement that gives \p Lock back on other ways; empty if there is none
/// that would mean the same here.
std::string UnlockFix::unlock(const HeldLock &Lock, StatementId Before) {
  uint32_t Begin = P.event({Code.F, Lock.Acquired}).Range.Offset;
  for (const LockChange &C : Info.Locks.Changes) {
    if (C.Takes || C.Lock.What != Lock.What)
      continue;
    StatementId S = Code.at(P.event({Code.F, C.At}).Range.Offset);
    bool Plain =
        S != None && !Code[S].has(SF_Leaves) &&
        (Code[S].Kind == StatementKind::Expression || Code[S].has(SF_Macro)) &&
        !Code.hasDirective(Code[S].Offset, Code[S].end());
    if (!Plain)
      continue;
    std::string Line = llvm::StringRef(Code.text(S)).rtrim("; \n").str() + ";";
    if (!changedIn(Code, Line, Begin, Code[Before].end()))
      return Line;
  }
  return {};
}

/// What is returned was worked out under the lock.
void UnlockFix::giveBack(StatementId S, const std::string &Line) {
  if (Code[S].has(SF_Macro) || !computesResult(Code, S))
    return D.before(S, Line);
  std::vector<Token> Words = tokens(Code.Text, Code[S].Offset, Code[S].end());
  std::string Value(
      Code.Text.substr(Words[1].Offset, Words.back().Offset - Words[1].Offset));
  std::vector<std::string> Lines = returnAfter(Code, S, Value, {Line});
  if (Lines.empty())
    return D.refuse("what it returns cannot be kept in a variable");
  D.rewrite(S, std::move(Lines));
}

void UnlockFix::mend(EventId Exit) {
  const Event &Leaving = P.event({Code.F, Exit});
  StatementId S = Code.isValid() ? Code.at(Leaving) : None;
  bool Returns =
      S != None && Leaving.Kind == EventKind::Return &&
      (Code[S].Kind == StatementKind::Return || Code[S].has(SF_Macro));
  if (!Returns)
    return D.refuse(
        "only a lock that a return leaves held can be given back there");
  const HeldLock *Lock = forgotten(Exit);
  if (D.isRefused())
    return;
  std::string Line = unlock(*Lock, S);
  if (Line.empty())
    return D.refuse("no plain statement gives the lock back on the other ways");
  giveBack(S, Line);
}

FixPlan UnlockFix::plan() {
  for (EventId Each : leftHeldAt(P, Code.F, Exit))
    mend(Each);
  return D.finish(Applicability::Suggested,
                  "give the lock back on this path too");
}

} // namespace

FixPlan lockMisuseFix(const FixContext &Context, const Finding &Found) {
  return UnlockFix(Context, Found).plan();
}

} // namespace ungil::rules
