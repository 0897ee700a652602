//===- Unmet.cpp - calls under other locks than they need -----------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Clang's thread-safety attributes say which locks a function relies on its
// callers to hold, and which not to. Objects that nobody else sees yet, or any
// more, need none.
//
//===----------------------------------------------------------------------===//

#include "Link/Effects.h"
#include "Link/LockFlow.h"
#include "LockMisuse.h"
#include "Rules/Common.h"
#include "Rules/Locking.h"
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace ungil::rules {
namespace {

/// Is the lock that of a local variable, of something just made, or of the
/// object that \p F makes or destroys?
bool isOwn(const Program &P, FunctionId F, const HeldLock &L) {
  const Path &Where = P.path(L.What.Index);
  if (Where.Root == RootKind::Result) {
    const Event &Made = P.body(F).Events[Where.Index];
    return Made.Callee != None && P.calleeName(Made).ends_with("operator new");
  }
  if (Where.Root != RootKind::Local)
    return false;
  bool Mine = P.entityOf(F).Flags & (EF_Constructor | EF_Destructor);
  bool Behind =
      std::any_of(Where.Steps.begin(), Where.Steps.end(),
                  [](const Step &S) { return S.Kind == StepKind::Deref; });
  return Where.Index == 0 ? Mine || !Behind : !Behind;
}

Finding unmet(const Program &P, Site S, const LockPromise &Said,
              const HeldLock &L) {
  const std::string Callee = P.calleeName(P.event(S));
  Finding Found = findingAt(P, "lock-misuse", S);
  Found.Entity = Callee;
  Found.Conf = confidenceIn(P, S.Function, Confidence::High);
  Found.Message = "'" + Callee + "' is called without " +
                  promisedText(P, Said) + " that it requires";
  Found.Why = "It relies on its callers to hold the lock, so " +
              twoThreads(P, S.Function) +
              " run what it protects at the same time.";
  Found.Help = "Take the lock around the call, or require it of the callers "
               "of '" +
               P.name(S.Function) + "' too.";
  Found.Notes.push_back({Said.Loc, "its authors require it here"});
  return Found;
}

Finding excluded(const Program &P, Site S, const LockPromise &Said,
                 const HeldLock &L) {
  const std::string Callee = P.calleeName(P.event(S));
  Finding Found = findingAt(P, "lock-misuse", S);
  Found.Entity = Callee;
  Found.Conf = confidenceIn(P, S.Function, Confidence::High);
  Found.Message = "'" + Callee + "' is called under " + promisedText(P, Said) +
                  " that it must not be called under";
  Found.Why =
      "It takes the lock itself, which is not recursive: the first of " +
      twoThreads(P, S.Function) +
      " waits for itself, and every other one for it.";
  Found.Help = "Call it before the lock is taken or after it is given back.";
  if (L.Acquired != None)
    Found.Notes.push_back(
        {P.event({S.Function, L.Acquired}).Range, "held since"});
  Found.Notes.push_back({Said.Loc, "its authors exclude it here"});
  return Found;
}

/// The held lock that is surely \p L, which does not let its holder in again.
const HeldLock *heldAlready(const Program &P, Site S, const HeldLock &L) {
  for (const HeldLock &Held : P.Functions[S.Function].Locks.at(S.Event))
    if (Held.What == L.What && Held.Kind != LockKind::Unknown &&
        !isRecursive(P, S.Function, Held))
      return &Held;
  return nullptr;
}

/// Does what is seen of the callee take \p L? That is another finding.
bool takesVisibly(const Program &P, Site S, const HeldLock &L) {
  const std::vector<TakenLock> &Takes = P.Functions[S.Function].Takes;
  return std::any_of(Takes.begin(), Takes.end(), [&](const TakenLock &T) {
    return T.Event == S.Event && T.Lock.What == L.What;
  });
}

/// What is wrong with call \p S by \p Said; nothing if all is well.
std::optional<Finding> judge(const Program &P, Site S,
                             const LockPromise &Said) {
  bool Requires = Said.Kind == PromiseKind::Requires;
  if ((!Requires && Said.Kind != PromiseKind::Excludes) || Said.Lock == None)
    return std::nullopt;
  // Naming a lock in another function's words adds a path, no more.
  HeldLock L = inCaller(const_cast<Program &>(P), promisedLock(Said),
                        S.Function, S.Event);
  if (L.What.Kind != OperandKind::Address || isOwn(P, S.Function, L))
    return std::nullopt;
  if (!Requires) {
    const HeldLock *Held = heldAlready(P, S, L);
    if (Held && !takesVisibly(P, S, L))
      return excluded(P, S, Said, *Held);
    return std::nullopt;
  }
  if (covers(P, S.Function, P.Functions[S.Function].Locks.at(S.Event), L))
    return std::nullopt;
  return unmet(P, S, Said, L);
}

} // namespace

void findUnmet(const Program &P, FunctionId F, FindingList &All) {
  if (P.Facts.Promises.empty())
    return;
  const std::vector<Event> &Events = P.body(F).Events;
  for (EventId E = 0; E != Events.size(); ++E) {
    const Event &Call = Events[E];
    if (Call.Kind != EventKind::Call || Call.Callee == None ||
        !isLive(P, {F, E}))
      continue;
    for (const LockPromise &Said : P.promisesOf(Call.Callee))
      if (auto Found = judge(P, {F, E}, Said)) {
        All.push_back(std::move(*Found));
        break;
      }
  }
}

} // namespace ungil::rules
