//===- Unmet.cpp - calls without the lock they need -----------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Clang's thread-safety attributes say which locks a function relies on its
// callers to hold. Objects that nobody else sees yet, or any more, need none.
//
//===----------------------------------------------------------------------===//

#include "Link/Effects.h"
#include "Link/LockFlow.h"
#include "LockMisuse.h"
#include "Rules/Common.h"
#include <algorithm>

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

} // namespace

void findUnmet(const Program &P, FunctionId F, std::vector<Finding> &All) {
  if (P.Facts.Promises.empty())
    return;
  const std::vector<Event> &Events = P.body(F).Events;
  for (EventId E = 0; E != Events.size(); ++E) {
    const Event &Call = Events[E];
    if (Call.Kind != EventKind::Call || Call.Callee == None ||
        !isLive(P, {F, E}))
      continue;
    for (const LockPromise &Said : P.promisesOf(Call.Callee)) {
      if (Said.Kind != PromiseKind::Requires || Said.Lock == None)
        continue;
      // Naming a lock in another function's words adds a path, no more.
      HeldLock L = inCaller(const_cast<Program &>(P), promisedLock(Said), F, E);
      if (L.What.Kind != OperandKind::Address || isOwn(P, F, L) ||
          covers(P, F, P.Functions[F].Locks.at(E), L))
        continue;
      All.push_back(unmet(P, {F, E}, Said, L));
      break;
    }
  }
}

} // namespace ungil::rules
