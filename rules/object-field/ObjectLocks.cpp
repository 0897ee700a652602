//===- ObjectLocks.cpp - which locks protect this object ------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ObjectLocks.h"
#include "Rules/Common.h"
#include <algorithm>

namespace ungil::rules {

/// \p Where without the way to the object \p Object; nothing when it leads
/// elsewhere.
static bool within(const Program &P, const Path &Where, const Origin &Object,
                   std::vector<Step> &Rest) {
  Path Prefix;
  if (Object.Kind == OperandKind::Result)
    Prefix = {RootKind::Result, Object.Index, {}};
  else if (Object.Kind == OperandKind::Load)
    Prefix = P.path(Object.Index);
  else
    return false;
  Prefix.Steps.push_back({StepKind::Deref, None});
  if (Where.Root != Prefix.Root || Where.Index != Prefix.Index ||
      Where.Steps.size() < Prefix.Steps.size() ||
      !std::equal(Prefix.Steps.begin(), Prefix.Steps.end(),
                  Where.Steps.begin()))
    return false;
  Rest.assign(Where.Steps.begin() + Prefix.Steps.size(), Where.Steps.end());
  return true;
}

/// Does the way to \p Object lead through \p Owner?
static bool owns(const Program &P, const Origin &Owner, const Origin &Object) {
  std::vector<Step> Rest;
  return Object.Kind == OperandKind::Load &&
         within(P, P.path(Object.Index), Owner, Rest);
}

ObjectLocks locksOf(const Program &P, const FieldAccess &A) {
  ObjectLocks Result;
  for (const HeldLock &L : A.Locks) {
    bool Section = L.Kind == LockKind::CriticalSection;
    if (L.Kind == LockKind::Unknown || L.What.Kind == OperandKind::Unknown ||
        L.What.Kind == OperandKind::Constant) {
      Result.Unknown = true;
      continue;
    }
    if (L.What == A.Object) {
      Result.Names.insert("its section");
      continue;
    }
    if (Section) {
      // Who holds the owner's section may have the only way to the object.
      Result.Unknown |= owns(P, L.What, A.Object);
      continue;
    }
    std::vector<Step> Rest;
    bool Named =
        L.What.Kind == OperandKind::Load || L.What.Kind == OperandKind::Address;
    if (Named && within(P, P.path(L.What.Index), A.Object, Rest)) {
      std::string Name = "its";
      for (const Step &S : Rest)
        Name += S.Kind == StepKind::Field ? " " + P.entity(S.Field).Name : "";
      Result.Names.insert(Name);
    } else if (std::string Name = lockName(P, A.At.Function, L);
               !Name.empty()) {
      Result.Names.insert(Name);
    } else {
      Result.Unknown = true;
    }
  }
  return Result;
}

void CommonLock::add(const ObjectLocks &Held) {
  ++Total;
  Unknown += Held.Unknown;
  if (!Held.Unknown)
    for (const std::string &Name : Held.Names)
      ++Count[Name];
}

std::string CommonLock::favourite() const {
  auto It = std::max_element(
      Count.begin(), Count.end(),
      [](const auto &A, const auto &B) { return A.second < B.second; });
  return It == Count.end() ? std::string() : It->first;
}

bool CommonLock::everywhere() const {
  std::string Name = favourite();
  size_t Holding = Name.empty() ? 0 : Count.at(Name);
  return Holding + Unknown == Total;
}

} // namespace ungil::rules
