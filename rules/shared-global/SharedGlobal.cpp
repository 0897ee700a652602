//===- SharedGlobal.cpp - mutable state that all threads share ------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rules/Common.h"
#include "Rules/SharedPlace.h"

namespace ungil::rules {

static std::string why(const Program &P, const Entity &Place,
                       const PlaceVerdict &V) {
  std::string Who = twoThreads(P, V.At.At.Function);
  if (V.Problem == PlaceProblem::ReadUnlocked && !V.Promise)
    return "The threads that write it hold a lock; this one does not, so it "
           "can see a value half way through a change.";
  std::string Why = "Without the GIL " + Who + " run this at the same time: ";
  if (V.At.Kind == AccessKind::ReadWrite && Place.Class == TypeClass::Scalar)
    return Why + "both read the old value and one update is lost.";
  if (V.At.Opaque)
    return Why + "few libraries let two threads use one handle at once.";
  if (Place.Class == TypeClass::PyObject && !V.At.Indirect)
    return Why + "both release the old object, or one uses it after the other "
                 "has released it.";
  if (Place.has(EF_Array) || V.At.Indirect)
    return Why + "one overwrites what the other is still using.";
  return Why + "each sees the other's value, or a mixture.";
}

static std::string help(const Program &P, const Entity &Place,
                        const PlaceVerdict &V) {
  if (V.Promise)
    return "Take that lock around this access, or require it of the callers.";
  if (V.Problem == PlaceProblem::ReadUnlocked)
    return "Take the same lock around this access.";
  if (V.At.Opaque)
    return "Hold one PyMutex around every call that is given it, or make one "
           "for each thread or object; where the library says that it is "
           "thread-safe, suppress this with that reason.";
  if (P.entityOf(V.At.At.Function).has(EF_Translated))
    return "In the Cython source: set it while the module is imported and "
           "never "
           "again, or hold one cython.pymutex over every access (Cython 3.1 "
           "and "
           "later).";
  if (Place.Class == TypeClass::Scalar && !Place.has(EF_Array))
    return "Make it atomic, or thread_local if each thread can have its own, "
           "or guard every access with one PyMutex.";
  if (Place.Class == TypeClass::PyObject)
    return "Set it once in the module's exec function, or guard every access "
           "with one PyMutex and take a strong reference while it is held.";
  if (Place.has(EF_StaticLocal))
    return "Make it an automatic variable, or thread_local; if it must be "
           "shared, guard every access with one PyMutex.";
  return "Guard every access with one PyMutex, or keep the state per object, "
         "per call or per thread.";
}

FindingList sharedGlobal(const Program &P) {
  FindingList All;
  for (const auto &[Place, Accesses] : P.Places)
    for (const PlaceVerdict &V : judgePlace(P, Place)) {
      if (V.Problem == PlaceProblem::LazyInit ||
          V.Problem == PlaceProblem::DoubleChecked)
        continue;
      if (isTrusted(P, V))
        continue;
      const Entity &E = P.entity(Place);
      Finding F = placeFinding(P, "shared-global", Place, V);
      std::string Name = placeText(P, Place, &V);
      std::string Is = V.Fields.size() > 1 ? " are " : " is ";
      if (V.Promise)
        F.Message = Name + Is + (V.At.writes() ? "written" : "read") +
                    " without " + promisedText(P, *V.Promise) +
                    " that its authors say guards it";
      else if (V.Problem == PlaceProblem::ReadUnlocked)
        F.Message = Name + Is + "read without the lock its writers hold";
      else if (V.At.Opaque)
        F.Message = "what " + Name + " points to is handed to '" +
                    P.calleeName(P.event(V.At.At)) +
                    "', which may change it, without a lock";
      else if (V.At.Indirect && V.Fields.empty())
        F.Message = "what " + Name + " points to is changed without a lock";
      else
        F.Message = Name + Is + "written without a lock";
      F.Why = why(P, E, V);
      F.Help = help(P, E, V);
      All.push_back(std::move(F));
    }
  return All;
}

} // namespace ungil::rules
