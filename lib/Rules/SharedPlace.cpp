//===- SharedPlace.cpp - is this place safe without the GIL? --------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rules/SharedPlace.h"
#include "Rules/Common.h"
#include <algorithm>
#include <set>

namespace ungil::rules {

namespace {

/// Places whose type or storage makes them safe, or another rule's business.
bool isExempt(const Entity &Place) {
  if (Place.has(EF_Const) || Place.has(EF_ThreadLocal) ||
      Place.has(EF_SystemHeader) || Place.has(EF_Generated))
    return true;
  switch (Place.Class) {
  case TypeClass::Lock:
  case TypeClass::Atomic:
  case TypeClass::ThreadKey:
  case TypeClass::PyStatic:
    return true;
  default:
    return false;
  }
}

/// The locks at an access that can protect a place of static duration.
struct Protection {
  std::set<std::string> Names;
  bool Unknown = false; ///< a lock the model cannot name: give it the benefit
};

Protection protectionAt(const Program &P, Site S) {
  Protection Result;
  for (const HeldLock &L : P.Functions[S.Function].Locks.at(S.Event)) {
    std::string Name = lockName(P, S.Function, L);
    if (!Name.empty())
      Result.Names.insert(Name);
    else if (L.Kind == LockKind::Unknown ||
             (L.Kind != LockKind::CriticalSection &&
              L.What.Kind == OperandKind::Unknown))
      Result.Unknown = true;
  }
  return Result;
}

void meet(std::optional<std::set<std::string>> &Common, const Protection &At) {
  if (At.Unknown)
    return;
  if (!Common) {
    Common = At.Names;
    return;
  }
  std::erase_if(*Common,
                [&](const std::string &N) { return !At.Names.count(N); });
}

/// Does anything hold between these accesses: one lock at each of them?
bool consistentlyLocked(const Program &P, const std::vector<Access> &Accesses,
                        bool WritesOnly) {
  std::optional<std::set<std::string>> Common;
  for (const Access &A : Accesses)
    if (!WritesOnly || A.writes())
      meet(Common, protectionAt(P, A.At));
  return !Common || !Common->empty();
}

} // namespace

std::optional<PlaceVerdict> judgePlace(const Program &P, EntityId Place) {
  if (isExempt(P.entity(Place)))
    return std::nullopt;
  std::vector<Access> Live;
  for (const Access &A : P.Places.at(Place)) {
    if (A.Kind == AccessKind::Address || A.Atomic ||
        !P.isConcurrent(A.At.Function) || !P.reportable(A.At.Function))
      continue;
    Live.push_back(A);
  }
  auto IsWrite = [](const Access &A) { return A.writes(); };
  if (std::none_of(Live.begin(), Live.end(), IsWrite))
    return std::nullopt; // written during initialisation only, or atomically
  if (consistentlyLocked(P, Live, false))
    return std::nullopt;
  PlaceVerdict V;
  bool WritersLocked = consistentlyLocked(P, Live, true);
  bool AllLazy = true;
  for (const Access &A : Live)
    if (A.writes() && A.LazyTest == None && !A.StoresNull)
      AllLazy = false;
  bool AnyLazy = std::any_of(Live.begin(), Live.end(), [](const Access &A) {
    return A.LazyTest != None;
  });
  bool Lazy = AllLazy && AnyLazy;
  V.Problem = WritersLocked ? (Lazy ? PlaceProblem::DoubleChecked
                                    : PlaceProblem::ReadUnlocked)
              : Lazy        ? PlaceProblem::LazyInit
                            : PlaceProblem::Unprotected;
  // The access to show: a write nobody protects, proved reachable first.
  auto Better = [&](const Access &A, const Access &B) {
    auto Key = [&](const Access &X) {
      bool Wanted = WritersLocked ? !X.writes() : X.writes();
      bool Bare = protectionAt(P, X.At).Names.empty();
      const SourceRange &R = P.event(X.At).Range;
      return std::make_tuple(!Wanted, !Bare,
                             Lazy && X.writes() && X.LazyTest == None,
                             !P.provedConcurrent(X.At.Function), R.File,
                             R.Offset);
    };
    return Key(A) < Key(B);
  };
  V.At = *std::min_element(Live.begin(), Live.end(), Better);
  for (const Access &A : Live) {
    bool Differs = A.At.Function != V.At.At.Function;
    if ((A.writes() || V.At.writes()) && A.At != V.At.At &&
        (!V.Other || (Differs && V.Other->At.Function == V.At.At.Function)))
      V.Other = A;
  }
  V.Conf = confidenceIn(P, V.At.At.Function, Confidence::High);
  return V;
}

std::string placeText(const Program &P, EntityId Place) {
  const Entity &E = P.entity(Place);
  std::string Kind = "global '";
  if (E.has(EF_StaticLocal))
    Kind = "static variable '";
  else if (E.has(EF_Static))
    Kind = "static member '";
  return Kind + E.Name + "'";
}

Finding placeFinding(const Program &P, std::string_view Rule, EntityId Place,
                     const PlaceVerdict &V) {
  Finding F = findingAt(P, Rule, V.At.At);
  F.Entity = P.entity(Place).Name;
  F.Conf = V.Conf;
  const Entity &E = P.entity(Place);
  if (E.Loc.isValid())
    F.Notes.push_back({E.Loc, "'" + E.Name + "' is defined here"});
  if (V.Other) {
    const Access &O = *V.Other;
    std::string What = O.writes() ? "written" : "read";
    std::string Entry = P.entryName(O.At.Function);
    F.Notes.push_back({P.event(O.At).Range,
                       "also " + What + " here, in '" +
                           P.name(O.At.Function) + "'" +
                           (Entry.empty() ? "" : " (" + Entry + ")")});
  }
  return F;
}

} // namespace ungil::rules
