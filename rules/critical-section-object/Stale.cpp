//===- Stale.cpp - answers that are out of date ---------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// `if (self->cache == NULL) { value = compute(); self->cache = value; }` under
// a section: compute() runs Python code, the section is let go, and two
// threads that both found NULL both store.
//
//===----------------------------------------------------------------------===//

#include "Rules/Common.h"
#include "Rules/Locking.h"
#include "Sections.h"
#include <algorithm>

namespace ungil::rules {
namespace {

/// Is the same value tested again between the test and the store?
bool testedAgain(const Program &P, FunctionId F, EventId Test, EventId Store) {
  const Function &Body = P.body(F);
  const Values &V = P.Functions[F].Value;
  for (EventId E : eventsBetween(Body, Test, Store))
    if (Body.Events[E].Kind == EventKind::Branch)
      for (const Origin &O : V.value(E))
        for (PathId Where : V.Events[Store].Where)
          if (O.Kind == OperandKind::Load && O.Index == Where)
            return true;
  return false;
}

/// Is what is stored the same whoever computes it, and nothing is lost?
bool isHarmless(const Program &P, const Site &Store) {
  for (const Origin &O : P.Functions[Store.Function].Value.value(Store.Event))
    if (O.Kind != OperandKind::Null && O.Kind != OperandKind::Constant)
      return false;
  return true;
}

void judge(const Program &P, const Suspensions &Breaks, const Site &Store,
           EventId Test, const std::string &Name, FindingList &All) {
  FunctionId F = Store.Function;
  if (Test == None || !P.reportable(F) || !P.isConcurrent(F) ||
      isHarmless(P, Store))
    return;
  const LockStates &Locks = P.Functions[F].Locks;
  for (const HeldLock &L : Locks.at(Store.Event)) {
    if (L.Kind == LockKind::Unknown || isMutex(L))
      return; // held all along
    if (L.Kind != LockKind::CriticalSection || L.Acquired == None ||
        !findLock(Locks.at(Test), L))
      continue;
    std::optional<Break> Gap = Breaks.between(F, L, Test, Store.Event);
    if (!Gap || Gap->How < Reach::Likely ||
        testedAgain(P, F, Test, Store.Event))
      continue;
    Finding Found = findingAt(P, "critical-section-object", Store);
    std::string Callee = P.calleeName(P.body(F).Events[Gap->Call]);
    Found.Entity = Name;
    Found.Conf = confidenceIn(P, F, Confidence::Medium);
    Found.Message = "'" + Name + "' may have been set since it was tested: '" +
                    Callee + "' can suspend " + lockNoun(P, F, L);
    Found.Why = "While '" + Callee +
                "' waits or runs Python code the object is unlocked, and of " +
                twoThreads(P, F) +
                " both find it unset and both set it: the first value is "
                "lost, or freed under its users.";
    Found.Help = "Compute the value first, then test and set it with nothing "
                 "in between that can run Python code; drop the value when "
                 "another thread was faster.";
    Found.Notes.push_back({P.body(F).Events[Test].Range, "tested here"});
    Found.Notes.push_back(
        {P.event(Gap->Inside).Range, "the section can be suspended here"});
    All.push_back(std::move(Found));
    return;
  }
}

} // namespace

void findStale(const Program &P, const Suspensions &Breaks, FindingList &All) {
  for (const auto &[Field, Accesses] : P.Fields)
    for (const FieldAccess &A : Accesses)
      if (A.Use == FieldUse::Write && !A.Deep && A.Rest.empty() && !A.Reinit)
        judge(P, Breaks, A.At, A.LazyTest, P.entity(Field).Name, All);
  for (const auto &[Place, Accesses] : P.Places)
    for (const Access &A : Accesses)
      if (A.writes() && !A.Indirect && !A.Atomic)
        judge(P, Breaks, A.At, A.LazyTest, P.entity(Place).Name, All);
}

} // namespace ungil::rules
