//===- LazyInit.cpp - check, then initialise ------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OnceGuards.h"
#include "Rules/Common.h"
#include "Rules/SharedPlace.h"

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
  F.Help = P.entityOf(V.At.At.Function).has(EF_Translated)
               ? "In the Cython source: make it while the module is imported, "
                 "or hold one cython.pymutex over test and assignment (Cython "
                 "3.1 and later)."
           : E.Class == TypeClass::PyObject
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

FindingList lazyInit(const Program &P) {
  FindingList All = besideOnceGuards(P);
  for (const auto &[Place, Accesses] : P.Places)
    for (const PlaceVerdict &V : judgePlace(P, Place))
      if (V.Problem == PlaceProblem::LazyInit ||
          V.Problem == PlaceProblem::DoubleChecked)
        All.push_back(lazyFinding(P, Place, V));
  return All;
}

} // namespace ungil::rules
