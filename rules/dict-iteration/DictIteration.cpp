//===- DictIteration.cpp - walking a dict that others change --------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rules/Borrow.h"
#include "Rules/Common.h"

namespace ungil::rules {

FindingList dictIteration(const Program &P) {
  FindingList All;
  forEachApiCall(P, [&](Site S, const Event &Call, const ApiFunction &Api) {
    if (!Api.Borrow || !Api.Borrow->Iteration)
      return;
    const BorrowFact &Borrow = *Api.Borrow;
    std::optional<BorrowDanger> D = borrowDanger(P, S, Borrow);
    if (!D)
      return;
    BorrowedUse Use = followBorrow(P, S, Borrow);
    bool InSection = P.sectionHeld(S, Borrow.Owner);
    if (InSection && Use.AfterSection == None)
      return;
    Finding F = findingAt(P, "dict-iteration", S);
    std::string Name = P.calleeName(Call);
    F.Entity = Name;
    F.Conf = D->Conf;
    if (InSection) {
      F.Message = "key or value borrowed by '" + Name +
                  "' is used after the critical section ends";
      F.Why = "Once the section ends another thread can remove the entry and "
              "drop the last reference to the key or value.";
      F.Help = "Take a strong reference inside the section, or end the section "
               "after the last use.";
      F.Notes.push_back({P.event({S.Function, Use.AfterSection}).Range,
                         "used here, without the section"});
    } else {
      F.Message = "'" + Name + "' walks " + ownerText(P, S, Borrow) +
                  " without a critical section on it";
      F.Why = "Another thread can insert or delete entries during the walk: "
              "the table is resized under the loop, entries are skipped or "
              "read after they were freed, and the borrowed key and value can "
              "lose their last reference.";
      if (!D->Owner.Why.empty())
        F.Why += " The dict is shared: " + D->Owner.Why + ".";
      F.Help = "Put Py_BEGIN_CRITICAL_SECTION(dict) before the loop and "
               "Py_END_CRITICAL_SECTION() after it, without a return or goto "
               "out of it; or iterate over PyDict_Copy(dict) or "
               "PyDict_Items(dict).";
    }
    for (Site M : D->Owner.Mutators) {
      F.Notes.push_back(
          {P.event(M).Range, "changed here, in '" + P.name(M.Function) + "'"});
      break;
    }
    All.push_back(std::move(F));
  });
  return All;
}

} // namespace ungil::rules
