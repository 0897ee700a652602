//===- SharedPlace.cpp - is this place safe without the GIL? --------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rules/SharedPlace.h"
#include "Rules/Common.h"
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace ungil::rules {

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

namespace {

/// The locks at an access that can protect a place of static duration.
struct Protection {
  std::set<std::string> Names;
  bool Unknown = false; ///< a lock the model cannot name: give it the benefit
};

Protection protectionAt(const Program &P, const Access &A) {
  const Site &S = A.At;
  Protection Result;
  for (const HeldLock &L : P.Functions[S.Function].Locks.at(S.Event)) {
    if (A.writes() && L.Kind == LockKind::Shared)
      continue; // other readers write too
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
      meet(Common, protectionAt(P, A));
  return !Common || !Common->empty();
}

/// The fields an access names, from the outside in.
std::vector<EntityId> fieldsOf(const Program &P, const Access &A) {
  std::vector<EntityId> Fields;
  for (const Step &S : P.path(A.Path).Steps)
    if (S.Kind == StepKind::Field)
      Fields.push_back(S.Field);
  return Fields;
}

/// Two accesses overlap when one names the whole of what the other names.
bool overlap(const std::vector<EntityId> &A, const std::vector<EntityId> &B) {
  size_t N = std::min(A.size(), B.size());
  return std::equal(A.begin(), A.begin() + N, B.begin());
}

/// Is every write an initialisation on first use? A flag that the same
/// function sets and clears again is not.
bool isLazy(const Program &P, const Entity &Place,
            const std::vector<Access> &Accesses) {
  std::set<FunctionId> Initialisers;
  for (const Access &A : Accesses)
    if (A.LazyTest != None)
      Initialisers.insert(A.At.Function);
  for (const Access &A : Accesses) {
    if (!A.writes() || A.LazyTest != None)
      continue;
    bool Dropped = A.StoresNull && !(Place.Class == TypeClass::Scalar &&
                                     Initialisers.count(A.At.Function));
    if (!Dropped)
      return false;
  }
  return !Initialisers.empty();
}

/// The verdict on accesses of the same storage.
std::optional<PlaceVerdict> judge(const Program &P, const Entity &Place,
                                  const std::vector<Access> &Live) {
  auto IsWrite = [](const Access &A) { return A.writes(); };
  if (std::none_of(Live.begin(), Live.end(), IsWrite))
    return std::nullopt; // written during initialisation only, or atomically
  if (consistentlyLocked(P, Live, false))
    return std::nullopt;
  PlaceVerdict V;
  bool WritersLocked = consistentlyLocked(P, Live, true);
  bool Lazy = isLazy(P, Place, Live);
  V.Problem = WritersLocked ? (Lazy ? PlaceProblem::DoubleChecked
                                    : PlaceProblem::ReadUnlocked)
              : Lazy        ? PlaceProblem::LazyInit
                            : PlaceProblem::Unprotected;
  // The access to show: a write nobody protects, proved reachable first.
  auto Key = [&](const Access &X) {
    bool Wanted = WritersLocked ? !X.writes() : X.writes();
    bool Bare = protectionAt(P, X).Names.empty();
    const SourceRange &R = P.event(X.At).Range;
    return std::make_tuple(
        !Wanted, !Bare, Lazy && X.writes() && X.LazyTest == None,
        !P.provedConcurrent(X.At.Function), R.File, R.Offset);
  };
  V.At = *std::min_element(
      Live.begin(), Live.end(),
      [&](const Access &A, const Access &B) { return Key(A) < Key(B); });
  for (const Access &A : Live)
    if (A.At != V.At.At && (A.writes() || V.At.writes()))
      V.Others.push_back(A);
  V.Conf = confidenceIn(P, V.At.At.Function, Confidence::High);
  return V;
}

} // namespace

std::vector<PlaceVerdict> judgePlace(const Program &P, EntityId Place) {
  const Entity &E = P.entity(Place);
  if (isExempt(E))
    return {};
  // The fields of a structure are places of their own.
  std::map<std::vector<EntityId>, std::vector<Access>> Groups;
  std::vector<Access> Handed;
  for (const Access &A : P.Places.at(Place)) {
    if (A.Atomic || !P.isConcurrent(A.At.Function) ||
        !P.reportable(A.At.Function))
      continue;
    if (A.Kind == AccessKind::Address)
      Handed.push_back(A);
    else
      Groups[fieldsOf(P, A)].push_back(A);
  }
  std::vector<PlaceVerdict> All;
  for (const auto &[Fields, Own] : Groups) {
    std::vector<Access> Live;
    for (const auto &[Other, Accesses] : Groups)
      if (overlap(Fields, Other))
        Live.insert(Live.end(), Accesses.begin(), Accesses.end());
    if (std::optional<PlaceVerdict> V = judge(P, E, Live)) {
      V->Fields = Fields;
      All.push_back(std::move(*V));
    }
  }
  if (All.empty())
    return All;
  // One finding for the place; but what a pointer leads to is a structure of
  // its own, whose fields have little to do with each other.
  auto Worse = [&](const PlaceVerdict &A, const PlaceVerdict &B) {
    auto Key = [&](const PlaceVerdict &V) {
      const SourceRange &R = P.event(V.At.At).Range;
      return std::make_tuple(V.Problem, -static_cast<int>(V.Conf), R.File,
                             R.Offset);
    };
    return Key(A) < Key(B);
  };
  std::sort(All.begin(), All.end(), Worse);
  std::set<std::vector<EntityId>> Told;
  std::vector<PlaceVerdict> Result;
  for (PlaceVerdict &V : All) {
    bool Separate = V.At.Indirect && !V.Fields.empty();
    if (!Result.empty() && !Separate) {
      // The rest of the same place: where else it is touched unprotected.
      Result[0].Others.push_back(V.At);
      continue;
    }
    bool Covered = std::any_of(Told.begin(), Told.end(), [&](const auto &T) {
      return overlap(T, V.Fields);
    });
    if (Covered)
      continue;
    Told.insert(V.Fields);
    Result.push_back(std::move(V));
  }
  for (const Access &A : Handed)
    Result[0].Others.push_back(A);
  return Result;
}

std::string placeText(const Program &P, EntityId Place, const PlaceVerdict *V) {
  const Entity &E = P.entity(Place);
  if (V && V->At.Indirect && !V->Fields.empty())
    return "'" + P.entity(V->Fields.back()).Name + "' of what '" + E.Name +
           "' points to";
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
  // The other side: one access per function, other functions and writes first.
  std::vector<Access> Others = V.Others;
  auto Key = [&](const Access &X) {
    const SourceRange &R = P.event(X.At).Range;
    return std::make_tuple(X.At.Function == V.At.At.Function, !X.writes(),
                           X.Kind == AccessKind::Address, R.File, R.Offset);
  };
  std::sort(Others.begin(), Others.end(),
            [&](const Access &A, const Access &B) { return Key(A) < Key(B); });
  constexpr size_t MaxOthers = 16;
  std::set<FunctionId> Told;
  for (const Access &O : Others) {
    const SourceRange &Where = P.event(O.At).Range;
    bool Repeats = !Told.empty() && O.At.Function == V.At.At.Function;
    if (Repeats || Told.size() >= MaxOthers ||
        !Told.insert(O.At.Function).second)
      continue;
    std::string What = O.Kind == AccessKind::Address ? "handed on"
                       : O.writes()                  ? "written"
                                                     : "read";
    std::string Entry = P.entryName(O.At.Function);
    F.Notes.push_back({Where, "also " + What + " here, in '" +
                                  P.name(O.At.Function) + "'" +
                                  (Entry.empty() ? "" : " (" + Entry + ")")});
  }
  return F;
}

} // namespace ungil::rules
