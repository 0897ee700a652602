//===- BorrowedRef.cpp - references without ownership ---------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rules/Borrow.h"
#include "Rules/Common.h"
#include "WeakTables.h"

namespace ungil::rules {

static std::string why(const Program &P, Site S, const BorrowFact &Borrow,
                       const BorrowDanger &D, const BorrowedUse &Use) {
  std::string Why;
  if (Borrow.Interior)
    Why = "The pointer leads into the object; another thread can resize or "
          "free what it points to while this one uses it.";
  else if (Borrow.Category == "weakref")
    Why = "Another thread can drop the last strong reference to the object "
          "before this one takes its own.";
  else
    Why = "Another thread can replace or remove the item and drop its last "
          "reference while this one still uses it.";
  if (!D.Owner.Why.empty())
    Why += " The container is shared: " + D.Owner.Why + ".";
  if (Use.Retained != None)
    Why += " The Py_INCREF on line " +
           std::to_string(P.event({S.Function, Use.Retained}).Range.Line) +
           " comes after the borrow, and the object may be gone by then.";
  return Why;
}

static std::string help(const ApiFunction &Api, const BorrowFact &Borrow) {
  std::string Section =
      "hold a critical section on the container from the call to the last use "
      "of the item";
  bool NoContainer = Borrow.Danger == Hazard::Always;
  if (!Borrow.Strong || Borrow.Strong->Name.empty())
    return "Take a strong reference" +
           (NoContainer ? std::string(".") : ", or " + Section + ".");
  std::string Help = "Use " + Borrow.Strong->Name + "()";
  if (Borrow.Interior || Api.Name.starts_with("PySequence_Fast"))
    return Help + " to work on a snapshot, or " + Section + ".";
  Help += ", which returns a strong reference";
  if (Borrow.Strong->InCompat)
    Help += " (pythoncapi-compat has it for older versions)";
  Help += ", and release it when done";
  return Help + (NoContainer ? std::string(".") : "; or " + Section + ".");
}

/// One call that lends, by the API's own hand or by a wrapper's.
static std::optional<Finding> judgeCall(const Program &P, Site S,
                                        const ApiFunction &Api,
                                        const BorrowFact &Borrow) {
  std::optional<BorrowDanger> D = borrowDanger(P, S, Borrow);
  if (!D)
    return std::nullopt;
  BorrowedUse Use = followBorrow(P, S, Borrow);
  // A section on a weak reference or a module keeps nobody from dropping
  // what it leads to.
  bool InSection = Borrow.Danger != Hazard::Always && Borrow.Owner >= 0 &&
                   P.sectionHeld(S, Borrow.Owner);
  if (InSection && Use.AfterSection == None)
    return std::nullopt;
  Finding F = findingAt(P, "borrowed-ref", S);
  std::string Name = P.calleeName(P.event(S));
  std::string Owner = ownerText(P, S, Borrow);
  F.Entity = Name;
  F.Conf = Use.OnlyTested ? Confidence::Low : D->Conf;
  F.Message = std::string(Borrow.Interior ? "pointer" : "borrowed reference") +
              " from '" + Name + "'" +
              (Owner.empty() ? "" : " out of " + Owner);
  if (InSection)
    F.Message += " is used after the critical section ends";
  else if (Use.OnlyTested)
    F.Message += " is only compared with NULL";
  else
    F.Message += " can be freed by another thread";
  F.Why = why(P, S, Borrow, *D, Use);
  F.Help = help(Api, Borrow);
  if (InSection)
    F.Notes.push_back({P.event({S.Function, Use.AfterSection}).Range,
                       "used here, without the section"});
  if (!D->Owner.Mutators.empty()) {
    Site M = D->Owner.Mutators.front();
    F.Notes.push_back(
        {P.event(M).Range, "changed here, in '" + P.name(M.Function) + "'"});
  }
  return F;
}

/// Calls of functions that only hand on what they borrowed.
static void wrapperCalls(const Program &P, FindingList &All) {
  for (FunctionId F = 0; F != P.Functions.size(); ++F) {
    const FunctionInfo &Wrapper = P.Functions[F];
    if (Wrapper.Lends == None)
      continue;
    const ApiFunction &Api = *P.api(P.event({F, Wrapper.Lends}));
    BorrowFact Borrow = *Api.Borrow;
    Borrow.Owner = Wrapper.LendsOwner;
    for (const CallSite &C : Wrapper.Callers) {
      if (C.Handed || C.Event == None || !P.isConcurrent(C.Caller) ||
          !P.reportable(C.Caller) || P.Functions[C.Caller].Lends == C.Event)
        continue;
      Site S{C.Caller, C.Event};
      std::optional<Finding> Found = judgeCall(P, S, Api, Borrow);
      if (!Found)
        continue;
      Found->Notes.push_back({P.event({F, Wrapper.Lends}).Range,
                              "'" + P.name(F) + "' returns what '" +
                                  P.calleeName(P.event({F, Wrapper.Lends})) +
                                  "' lends it"});
      All.push_back(std::move(*Found));
    }
  }
}

FindingList borrowedRef(const Program &P) {
  FindingList All;
  forEachApiCall(P, [&](Site S, const Event &, const ApiFunction &Api) {
    if (!Api.Borrow || Api.Borrow->Iteration)
      return;
    // What a wrapper hands on is judged where it is called.
    const FunctionInfo &Info = P.Functions[S.Function];
    if (Info.Lends == S.Event && !Info.Callers.empty())
      return;
    if (std::optional<Finding> F = judgeCall(P, S, Api, *Api.Borrow))
      All.push_back(std::move(*F));
  });
  wrapperCalls(P, All);
  judgeWeakTables(P, All);
  return All;
}

} // namespace ungil::rules
