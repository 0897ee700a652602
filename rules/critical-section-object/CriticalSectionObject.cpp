//===- CriticalSectionObject.cpp - sections that do not protect -----------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rules/Common.h"
#include "Rules/Locking.h"
#include "Rules/Objects.h"
#include "Sections.h"
#include <algorithm>

namespace ungil::rules {

/// Does \p Where lead through the object \p Object points to?
static bool isOf(const Program &P, const Path &Where, const Origin &Object) {
  if (Object.Kind != OperandKind::Load)
    return false;
  Path Prefix = P.path(Object.Index);
  Prefix.Steps.push_back({StepKind::Deref, None});
  return Where.Root == Prefix.Root && Where.Index == Prefix.Index &&
         Where.Steps.size() > Prefix.Steps.size() &&
         std::equal(Prefix.Steps.begin(), Prefix.Steps.end(),
                    Where.Steps.begin());
}

/// Does \p E use what the section on \p Object protects: a field of it, or
/// its items through the API?
static bool relies(const Program &P, FunctionId F, EventId E,
                   const Origin &Object) {
  const Event &Ev = P.body(F).Events[E];
  const Values &V = P.Functions[F].Value;
  if (Ev.Kind == EventKind::Write || Ev.Kind == EventKind::ReadWrite ||
      Ev.Kind == EventKind::Read)
    return std::any_of(V.Events[E].Where.begin(), V.Events[E].Where.end(),
                       [&](PathId W) {
                         const Path &Where = P.path(W);
                         EntityId Field = lastField(P, Where);
                         return isOf(P, Where, Object) && Field != None &&
                                P.Fields.count(Field);
                       });
  if (Ev.Kind != EventKind::Call)
    return false;
  const ApiFunction *Api = P.api(Ev);
  if (!Api)
    return false;
  auto Names = [&](int Arg) {
    return Arg >= 0 && V.arg(E, Arg) == std::vector<Origin>{Object};
  };
  return (Api->Borrow && Names(Api->Borrow->Owner)) ||
         (Api->Ownership && std::any_of(Api->Ownership->Mutates.begin(),
                                        Api->Ownership->Mutates.end(), Names));
}

void findNested(const Program &P, FunctionId F, const LockChange &Inner,
                FindingList &All) {
  const Function &Body = P.body(F);
  const LockStates &Locks = P.Functions[F].Locks;
  for (const HeldLock &Outer : Locks.at(Inner.At)) {
    if (Outer.Kind != LockKind::CriticalSection || Outer.Acquired == None ||
        Outer.Acquired == Inner.At || Outer.What == Inner.Lock.What)
      continue;
    EventId Used = None;
    for (EventId E = 0; E != Body.Events.size() && Used == None; ++E) {
      bool Both = false;
      for (const HeldLock &L : Locks.at(E))
        Both |= L.Acquired == Inner.At && L.What == Inner.Lock.What;
      if (Both && isLive(P, {F, E}) && relies(P, F, E, Outer.What))
        Used = E;
    }
    if (Used == None)
      continue;
    Finding Found = findingAt(P, "critical-section-object", {F, Inner.At});
    Found.Entity = P.text(Inner.Lock.What, F);
    Found.Conf = confidenceIn(P, F, Confidence::Medium);
    Found.Message = lockNoun(P, F, Inner.Lock) + " suspends the one on '" +
                    P.text(Outer.What, F) + "', which is used inside";
    Found.Why = "When another thread holds the inner object, this one lets go "
                "of the outer section while it waits and does not have it "
                "back before the inner one ends: of " +
                twoThreads(P, F) + " another changes the outer object.";
    Found.Help = "Lock both at once with Py_BEGIN_CRITICAL_SECTION2, or end "
                 "the outer section first.";
    Found.Notes.push_back(
        {Body.Events[Outer.Acquired].Range, "the outer section begins here"});
    Found.Notes.push_back({Body.Events[Used].Range, "relied on here"});
    All.push_back(std::move(Found));
    return;
  }
}

void findPrivate(const Program &P, FunctionId F, const LockChange &Begin,
                 FindingList &All) {
  const Origin &Object = Begin.Lock.What;
  if (Object.Kind != OperandKind::Result || Object.Out)
    return;
  ObjectVerdict Verdict = judgeObjects(P, {F, Begin.At}, {Object});
  if (!Verdict.Fresh || Verdict.Published || Verdict.How != Sharing::Private)
    return;
  Finding Found = findingAt(P, "critical-section-object", {F, Begin.At});
  Found.Entity = P.text(Object, F);
  Found.Conf = confidenceIn(P, F, Confidence::Medium);
  Found.Message = lockNoun(P, F, Begin.Lock) +
                  " locks an object that no other thread can reach";
  Found.Why = "It was made in this call and is not known to anybody else yet, "
              "so each of " +
              twoThreads(P, F) +
              " locks another object, and whatever the section was meant to "
              "protect is unprotected.";
  Found.Help = "Lock the object whose state is shared, or drop the section.";
  Found.Notes.push_back({P.body(F).Events[Object.Index].Range, "made here"});
  All.push_back(std::move(Found));
}

FindingList criticalSectionObject(const Program &P) {
  FindingList All;
  Suspensions Breaks(P, P.reaches());
  for (FunctionId F = 0; F != P.Functions.size(); ++F) {
    if (!P.reportable(F) || !P.isConcurrent(F))
      continue;
    for (const LockChange &C : P.Functions[F].Locks.Changes) {
      const LockFact *Fact = lockFact(P, P.body(F).Events[C.At]);
      if (!C.Takes || !Fact || C.Lock.Kind != LockKind::CriticalSection)
        continue;
      findNested(P, F, C, All);
      findPrivate(P, F, C, All);
    }
  }
  findStale(P, Breaks, All);
  return All;
}

} // namespace ungil::rules
