//===- LazyInit.cpp - check, then initialise ------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rules/Common.h"
#include "Rules/SharedPlace.h"
#include <algorithm>

namespace ungil::rules {

static Finding lazyFinding(const Program &P, EntityId Place,
                           const PlaceVerdict &V) {
  Finding F = placeFinding(P, "lazy-init", Place, V);
  std::string Name = placeText(P, Place, &V);
  const Entity &E = P.entity(Place);
  std::string Who = twoThreads(P, V.At.At.Function);
  if (V.Problem == PlaceProblem::DoubleChecked) {
    F.Message = Name + " is tested outside the lock that guards its "
                       "initialisation";
    F.Why = "A thread that sees it set without taking the lock has no "
            "guarantee that what it points to is complete: the writes of the "
            "initialising thread can become visible in another order.";
    F.Help = "Load it with an atomic acquire load and publish it with a "
             "release store, or take the lock for the test as well.";
    return F;
  }
  F.Message = Name + " is initialised on first use without a lock";
  F.Why = "Without the GIL " + Who + " both find it unset and both set it: ";
  F.Why += E.Class == TypeClass::PyObject
               ? "one object is leaked, and callers can end up with different "
                 "ones."
               : "the work is done twice, and a third thread can use it while "
                 "it is half done.";
  F.Help = E.Class == TypeClass::PyObject
               ? "Create it in the module's exec function and keep it in the "
                 "module state; or publish it with an atomic compare-exchange "
                 "and let the loser release its own."
               : "Initialise it in the module's exec function, or guard test "
                 "and initialisation with one PyMutex.";
  if (V.At.LazyTest != None)
    F.Notes.push_back(
        {P.event({V.At.At.Function, V.At.LazyTest}).Range, "tested here"});
  return F;
}

/// May calling \p Call run Python code (and so wait for another thread)?
static bool mayRunPython(const Program &P, const Event &Call, int Depth = 0) {
  if (auto It = P.BodyOf.find(Call.Callee); It != P.BodyOf.end()) {
    const std::vector<Event> &Inner = P.body(It->second).Events;
    return Depth < 4 && std::any_of(
                            Inner.begin(), Inner.end(),
                            [&](const Event &E) {
                              return E.Kind == EventKind::Call &&
                                     mayRunPython(P, E, Depth + 1);
                            });
  }
  if (const ApiFunction *Api = P.api(Call); Api && Api->Effect)
    return Api->Effect->Class == Tier::Arbitrary ||
           Api->Effect->Class == Tier::Detach;
  if (Call.Callee == None)
    return false;
  const Entity &E = P.entity(Call.Callee);
  return E.has(EF_SystemHeader) && E.Name.starts_with("Py");
}

/// C++ guards a local static with a hidden lock; a thread that runs Python
/// under it can wait for one that waits for the lock.
static void magicStatics(const Program &P, std::vector<Finding> &All) {
  for (const auto &[Place, Accesses] : P.Places) {
    const Entity &E = P.entity(Place);
    if (!E.has(EF_MagicStatic))
      continue;
    for (const Access &A : Accesses) {
      const Event &Init = P.event(A.At);
      if (!A.Atomic || !Init.has(EV_Implicit) ||
          !P.isConcurrent(A.At.Function) || !P.reportable(A.At.Function))
        continue;
      for (const Event &Call : P.body(A.At.Function).Events) {
        bool Inside =
            Call.Kind == EventKind::Call &&
            Call.Range.File == E.Declaration.File &&
            Call.Range.Offset >= E.Declaration.Offset &&
            Call.Range.Offset < E.Declaration.Offset + E.Declaration.Length;
        if (!Inside || !mayRunPython(P, Call))
          continue;
        Finding F = findingAt(P, "lazy-init", A.At);
        F.Entity = E.Name;
        F.Conf = confidenceIn(P, A.At.Function, Confidence::Medium);
        F.Message = "initialiser of " + placeText(P, Place) +
                    " runs Python code under C++'s hidden lock";
        F.Why = "The first thread holds the lock of the static while '" +
                P.calleeName(Call) +
                "' may wait for another thread; a second thread that reaches "
                "the static waits for that lock without letting go of its "
                "thread state, and neither goes on.";
        F.Help = "Initialise it in the module's exec function, or use a helper "
                 "made for this (pybind11's gil_safe_call_once_and_store).";
        F.Notes.push_back({Call.Range, "may run Python code"});
        All.push_back(std::move(F));
        break;
      }
      break;
    }
  }
}

std::vector<Finding> lazyInit(const Program &P) {
  std::vector<Finding> All;
  for (const auto &[Place, Accesses] : P.Places)
    for (const PlaceVerdict &V : judgePlace(P, Place))
      if (V.Problem == PlaceProblem::LazyInit ||
          V.Problem == PlaceProblem::DoubleChecked)
        All.push_back(lazyFinding(P, Place, V));
  magicStatics(P, All);
  return All;
}

} // namespace ungil::rules
