//===- OpenSection.cpp - sections that outlive their thread state ---------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A critical section is a record on the stack that the thread state points to.
// The call that gives back a state made by the same function must come after
// the end of every section that began in between.
//
//===----------------------------------------------------------------------===//

#include "LockMisuse.h"
#include "Rules/Common.h"
#include <algorithm>

namespace ungil::rules {
namespace {

bool isSection(const HeldLock &L) {
  return L.Kind == LockKind::CriticalSection ||
         L.Kind == LockKind::CriticalSectionMutex;
}

/// Does a call before event \p Begin, in the text, get the thread state that
/// is given back later? A section from before it belongs to an older state.
bool attachesBefore(const Program &P, FunctionId F, EventId Begin) {
  const std::vector<Event> &Events = P.body(F).Events;
  return std::any_of(Events.begin(), Events.end(), [&](const Event &E) {
    const ApiFunction *Api = E.Kind == EventKind::Call ? P.api(E) : nullptr;
    return Api && Api->Effect && Api->Effect->Attaches &&
           E.Range.Offset < Events[Begin].Range.Offset;
  });
}

Finding openSection(const Program &P, Site S, const HeldLock &L) {
  const std::string Callee = P.calleeName(P.event(S));
  Finding Found = findingAt(P, "lock-misuse", S);
  Found.Entity = Callee;
  Found.Conf = confidenceIn(P, S.Function, Confidence::High);
  Found.Message = "'" + Callee + "' gives the thread state back while " +
                  lockText(P, S.Function, L) + " is open";
  Found.Why = "The thread state holds the list of open sections. With the "
              "state of a thread that Python did not start it is destroyed "
              "here, and the end of the section then works on freed memory, "
              "without the object's lock.";
  Found.Help = "End the section before '" + Callee +
               "': in C++, in a block of its own inside the one that holds the "
               "thread state.";
  Found.Notes.push_back(
      {P.event({S.Function, L.Acquired}).Range, "the section begins here"});
  return Found;
}

} // namespace

void findOpenSections(const Program &P, FunctionId F, FindingList &All) {
  for (const KnownCall &Call : P.calls(F)) {
    if (!Call.Api || !Call.Api->Effect || !Call.Api->Effect->Detaches ||
        !Call.Api->Effect->Restores)
      continue;
    for (const HeldLock &L : P.Functions[F].Locks.at(Call.Event))
      if (isSection(L) && L.Acquired != None &&
          attachesBefore(P, F, L.Acquired)) {
        All.push_back(openSection(P, {F, Call.Event}, L));
        break;
      }
  }
}

} // namespace ungil::rules
