//===- LockMisuse.cpp - locks taken and given back wrongly ----------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LockMisuse.h"
#include "Rules/Common.h"
#include "Rules/Locking.h"
#include "Rules/Objects.h"
#include <algorithm>

namespace ungil::rules {
namespace {

/// Two names that cannot stand for one lock: different globals, or different
/// fields of one object.
bool surelyDiffer(const Program &P, const Origin &A, const Origin &B) {
  if (A.Kind != OperandKind::Address || B.Kind != OperandKind::Address ||
      !namesOneLock(P, A) || !namesOneLock(P, B))
    return false;
  const Path &First = P.path(A.Index), &Second = P.path(B.Index);
  if (First.Root != Second.Root)
    return false;
  bool Direct = First.Root == RootKind::Place && First.Steps.empty() &&
                Second.Steps.empty();
  if (Direct)
    return First.Index != Second.Index;
  return First.Index == Second.Index &&
         First.Steps.size() == Second.Steps.size() &&
         std::equal(First.Steps.begin(), First.Steps.end() - 1,
                    Second.Steps.begin()) &&
         First.Steps.back().Kind == StepKind::Field &&
         First.Steps.back() != Second.Steps.back();
}

/// `lock(&a); ... unlock(&b);`
void wrongUnlock(const Program &P, FunctionId F, const LockChange &C,
                 FindingList &All) {
  const FunctionInfo &Info = P.Functions[F];
  auto Elsewhere = [&](const LockChange &O) {
    return (!O.Takes && O.Lock.What == C.Instead.What) ||
           (O.Takes && O.Lock.What == C.Lock.What);
  };
  if (!isMutex(C.Instead) || C.Instead.Acquired == None ||
      !surelyDiffer(P, C.Lock.What, C.Instead.What) ||
      std::any_of(Info.Locks.Changes.begin(), Info.Locks.Changes.end(),
                  Elsewhere))
    return;
  Finding Found = findingAt(P, "lock-misuse", {F, C.At});
  Found.Entity = P.text(C.Lock.What, F);
  Found.Conf = confidenceIn(P, F, Confidence::High);
  Found.Message = lockNoun(P, F, C.Lock) + " is given back here, but " +
                  lockNoun(P, F, C.Instead) + " was taken";
  Found.Why = "The lock that was taken stays held, so the next of " +
              twoThreads(P, F) +
              " waits for ever; the other one is opened under a thread that "
              "relies on it, or was not held at all, which is fatal for a "
              "PyMutex.";
  Found.Help = "Give back the lock that was taken.";
  Found.Notes.push_back(
      {P.event({F, C.Instead.Acquired}).Range, "locked here"});
  All.push_back(std::move(Found));
}

/// `unlock(&a); ... unlock(&a);`
void unlockedTwice(const Program &P, FunctionId F, const LockChange &C,
                   FindingList &All) {
  HeldLock L = C.Lock;
  if (!isMutex(L) || !namesOneLock(P, L.What))
    return;
  Finding Found = findingAt(P, "lock-misuse", {F, C.At});
  Found.Entity = P.text(L.What, F);
  Found.Conf = confidenceIn(P, F, Confidence::High);
  Found.Message = lockNoun(P, F, L) + " is given back a second time";
  Found.Why = "Another thread can have taken the lock in between and loses it "
              "here, so that of " +
              twoThreads(P, F) +
              " both run what it protects; a PyMutex that is not locked "
              "aborts the process.";
  Found.Help = "Give it back once on every path.";
  for (const LockChange &Before : P.Functions[F].Locks.Changes)
    if (!Before.Takes && Before.At != C.At && Before.Lock.What == L.What) {
      Found.Notes.push_back(
          {P.event({F, Before.At}).Range, "given back here already"});
      break;
    }
  All.push_back(std::move(Found));
}

/// `PyMutex_Lock(&op->ob_mutex)`: critical sections use that one.
void runtimeMutex(const Program &P, FunctionId F, const LockChange &C,
                  FindingList &All) {
  if (C.Lock.What.Kind != OperandKind::Address || isSection(C.Lock))
    return;
  EntityId Field = lastField(P, P.path(C.Lock.What.Index));
  bool Interpreters = Field != None &&
                      P.entity(Field).Class == TypeClass::Lock &&
                      P.entity(Field).Parent != None &&
                      P.entity(P.entity(Field).Parent).has(EF_SystemHeader);
  if (!Interpreters || !recordOf(P, Field).ends_with("object"))
    return;
  Finding Found = findingAt(P, "lock-misuse", {F, C.At});
  Found.Entity = P.entity(Field).Name;
  Found.Conf = confidenceIn(P, F, Confidence::High);
  Found.Message = "'" + P.entity(Field).Name + "' belongs to the interpreter";
  Found.Why = "Critical sections lock this mutex, those of the interpreter "
              "too. Taken by hand it is not let go when the thread waits: a "
              "thread that uses the object under it waits for itself.";
  Found.Help = "Use Py_BEGIN_CRITICAL_SECTION on the object, or a PyMutex "
               "field of your own.";
  All.push_back(std::move(Found));
}

} // namespace

FindingList lockMisuse(const Program &P) {
  FindingList All;
  for (FunctionId F = 0; F != P.Functions.size(); ++F) {
    if (!P.reportable(F) || !P.isConcurrent(F))
      continue;
    findLeftHeld(P, F, All);
    findTakenTwice(P, F, All);
    findUnmet(P, F, All);
    findOpenSections(P, F, All);
    for (const LockChange &C : P.Functions[F].Locks.Changes) {
      if (C.Misnamed)
        wrongUnlock(P, F, C, All);
      if (C.Again)
        unlockedTwice(P, F, C, All);
      if (C.Takes)
        runtimeMutex(P, F, C, All);
    }
  }
  findOrders(P, All);
  return All;
}

} // namespace ungil::rules
