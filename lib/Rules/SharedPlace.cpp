//===- SharedPlace.cpp - is this place safe without the GIL? --------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rules/SharedPlace.h"
#include "Link/ThreadState.h"
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

/// The locks that hold between these accesses, each at all of them.
std::optional<std::set<std::string>>
commonLocks(const Program &P, const std::vector<Access> &Accesses,
            bool WritesOnly) {
  std::optional<std::set<std::string>> Common;
  for (const Access &A : Accesses)
    if (!WritesOnly || A.writes())
      meet(Common, protectionAt(P, A));
  return Common;
}

/// The storage of a place that an access names, whatever the index.
using Region = std::vector<Step>;

Region regionOf(const Program &P, const Access &A) {
  Region R = P.path(A.Path).Steps;
  std::erase_if(R, [](const Step &S) { return S.Kind == StepKind::Index; });
  return R;
}

/// Two regions overlap when one names the whole of what the other names; what
/// a pointer leads to is no part of the pointer.
bool overlap(const Region &A, const Region &B) {
  const Region &Inner = A.size() < B.size() ? B : A;
  size_t N = std::min(A.size(), B.size());
  return std::equal(A.begin(), A.begin() + N, B.begin()) &&
         std::none_of(Inner.begin() + N, Inner.end(),
                      [](const Step &S) { return S.Kind == StepKind::Deref; });
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

/// What is wrong with the accesses of \p Part, which are not safe.
PlaceProblem problemOf(const Program &P, const Entity &Place,
                       const PlacePart &Part) {
  bool Lazy = isLazy(P, Place, Part.Live);
  auto Writers = commonLocks(P, Part.Live, true);
  if (!Writers || !Writers->empty())
    return Lazy ? PlaceProblem::DoubleChecked : PlaceProblem::ReadUnlocked;
  return Lazy ? PlaceProblem::LazyInit : PlaceProblem::Unprotected;
}

/// The verdict told at the most telling of \p Live, of those in \p Only when
/// that is a function.
std::optional<PlaceVerdict> verdict(const Program &P, PlaceProblem Problem,
                                    const std::vector<Access> &Live,
                                    FunctionId Only) {
  bool WritersLocked = Problem == PlaceProblem::ReadUnlocked ||
                       Problem == PlaceProblem::DoubleChecked;
  bool Lazy = Problem == PlaceProblem::LazyInit ||
              Problem == PlaceProblem::DoubleChecked;
  // A write nobody protects, proved reachable first.
  auto Key = [&](const Access &X) {
    const SourceRange &R = P.event(X.At).Range;
    return std::make_tuple(
        WritersLocked == X.writes(), !protectionAt(P, X).Names.empty(),
        Lazy && X.writes() && X.LazyTest == None,
        !P.provedConcurrent(X.At.Function), R.File, R.Offset);
  };
  const Access *Best = nullptr;
  for (const Access &A : Live)
    if ((Only == None || A.At.Function == Only) &&
        (!Best || Key(A) < Key(*Best)))
      Best = &A;
  bool Tells = Best && (Only == None || (WritersLocked != Best->writes() &&
                                         !std::get<1>(Key(*Best)) &&
                                         !protectionAt(P, *Best).Unknown));
  if (!Tells)
    return std::nullopt;
  PlaceVerdict V;
  V.Problem = Problem;
  V.At = *Best;
  for (const Access &A : Live)
    if (A.At != V.At.At && (A.writes() || V.At.writes()))
      V.Others.push_back(A);
  V.Conf = confidenceIn(P, V.At.At.Function, Confidence::High);
  return V;
}

/// The last field of a region behind a pointer: state of its own, not a part
/// of the place. None for the place itself.
EntityId pointeeField(const Region &R) {
  auto Deref = std::find_if(R.begin(), R.end(), [](const Step &S) {
    return S.Kind == StepKind::Deref;
  });
  EntityId Field = None;
  for (auto S = Deref; S != R.end(); ++S)
    Field = S->Kind == StepKind::Field ? S->Field : Field;
  return Field;
}

/// Collects verdicts: one for the place itself, and for the structure that a
/// pointer leads to one in each function that needs a lock.
class Verdicts {
public:
  Verdicts(const Program &P, const Entity &Place) : P(P), Place(Place) {}

  void judge(const Region &R, const PlacePart &Part) {
    const std::vector<Access> &Live = Part.Live;
    // Safe: written during initialisation only, atomically, or under a lock.
    if (Part.isSafe() || judgePromise(R, Live))
      return;
    PlaceProblem Problem = problemOf(P, Place, Part);
    EntityId Field = Part.Field;
    bool Handle = std::all_of(Live.begin(), Live.end(), [](const Access &A) {
      return A.Opaque || !A.writes();
    });
    if (Field == None && !Handle) {
      // What a library is assumed to do adds nothing to what is seen.
      std::vector<Access> Seen = Live;
      std::erase_if(Seen, [](const Access &A) { return A.Opaque; });
      Own.push_back(*verdict(P, Problem, Seen, None));
      return;
    }
    std::set<FunctionId> Functions;
    for (const Access &A : Live)
      Functions.insert(A.At.Function);
    for (FunctionId F : Functions)
      if (std::optional<PlaceVerdict> V = verdict(P, Problem, Live, F)) {
        if (Field != None)
          V->Fields = {Field};
        if (V->At.Opaque)
          V->Conf = std::min(V->Conf, Confidence::Medium);
        add(Behind[F], std::move(*V));
      }
  }

  /// Each function that does without the lock that the authors say guards the
  /// place. False when they say nothing.
  bool judgePromise(const Region &R, const std::vector<Access> &Live) {
    bool Pointee = std::any_of(R.begin(), R.end(), [](const Step &S) {
      return S.Kind == StepKind::Deref;
    });
    const LockPromise *Said = P.guardOf(placeOf(Live), Pointee);
    if (!Said)
      return false;
    for (const Access &A : Live) {
      bool Shared = !A.writes();
      HeldLock Lock{Shared ? LockKind::Shared : LockKind::Native,
                    {OperandKind::Address, Said->Lock, 0}};
      FunctionId F = A.At.Function;
      if (covers(P, F, P.Functions[F].Locks.at(A.At.Event), Lock))
        continue;
      PlaceVerdict V;
      V.Problem =
          Shared ? PlaceProblem::ReadUnlocked : PlaceProblem::Unprotected;
      V.At = A;
      V.Promise = Said;
      for (const Access &O : Live)
        if (O.At != A.At && (O.writes() || A.writes()))
          V.Others.push_back(O);
      V.Conf = confidenceIn(P, F, Confidence::High);
      add(Behind[F], std::move(V));
    }
    return true;
  }

  std::vector<PlaceVerdict> take(const std::vector<Access> &Handed) {
    std::vector<PlaceVerdict> All;
    auto Worse = [&](const PlaceVerdict &A, const PlaceVerdict &B) {
      return key(A) < key(B);
    };
    std::sort(Own.begin(), Own.end(), Worse);
    for (PlaceVerdict &V : Own)
      if (All.empty())
        All.push_back(std::move(V));
      else // the rest of the same place: where else it is unprotected
        All[0].Others.push_back(V.At);
    for (auto &[F, Verdicts] : Behind)
      for (PlaceVerdict &V : Verdicts)
        All.push_back(std::move(V));
    std::sort(All.begin(), All.end(), Worse);
    if (!All.empty())
      All[0].Others.insert(All[0].Others.end(), Handed.begin(), Handed.end());
    return All;
  }

private:
  EntityId placeOf(const std::vector<Access> &Live) const {
    return P.path(Live.front().Path).Index;
  }

  std::tuple<PlaceProblem, int, uint32_t, uint32_t>
  key(const PlaceVerdict &V) const {
    const SourceRange &R = P.event(V.At.At).Range;
    return {V.Problem, -static_cast<int>(V.Conf), R.File, R.Offset};
  }

  /// One function, one problem, however many fields.
  void add(std::vector<PlaceVerdict> &Known, PlaceVerdict V) const {
    for (PlaceVerdict &Old : Known) {
      if (Old.Problem != V.Problem)
        continue;
      if (key(V) < key(Old))
        std::swap(Old, V);
      for (EntityId Field : V.Fields)
        if (std::find(Old.Fields.begin(), Old.Fields.end(), Field) ==
            Old.Fields.end())
          Old.Fields.push_back(Field);
      Old.Others.push_back(V.At);
      Old.Others.insert(Old.Others.end(), V.Others.begin(), V.Others.end());
      return;
    }
    Known.push_back(std::move(V));
  }

  const Program &P;
  const Entity &Place;
  std::vector<PlaceVerdict> Own;
  std::map<FunctionId, std::vector<PlaceVerdict>> Behind;
};

} // namespace

std::vector<PlaceVerdict> judgePlace(const Program &P, EntityId Place,
                                     std::vector<PlacePart> *Parts) {
  const Entity &E = P.entity(Place);
  if (isExempt(E))
    return {};
  auto Less = [](const Region &A, const Region &B) {
    return std::lexicographical_compare(A.begin(), A.end(), B.begin(), B.end(),
                                        [](const Step &X, const Step &Y) {
                                          return std::tie(X.Kind, X.Field) <
                                                 std::tie(Y.Kind, Y.Field);
                                        });
  };
  // The fields of a structure are places of their own.
  std::map<Region, std::vector<Access>, decltype(Less)> Groups(Less);
  std::vector<Access> Handed;
  for (const Access &A : P.Places.at(Place)) {
    if (A.Atomic || !P.isConcurrent(A.At.Function) ||
        !P.reportable(A.At.Function))
      continue;
    if (A.Kind == AccessKind::Address)
      Handed.push_back(A);
    else
      Groups[regionOf(P, A)].push_back(A);
  }
  Verdicts All(P, E);
  for (const auto &[Own, Accesses] : Groups) {
    PlacePart Part;
    Part.Field = pointeeField(Own);
    for (const auto &[Other, More] : Groups)
      if (overlap(Own, Other))
        Part.Live.insert(Part.Live.end(), More.begin(), More.end());
    Part.Written = std::any_of(Part.Live.begin(), Part.Live.end(),
                               [](const Access &A) { return A.writes(); });
    if (Part.Written)
      Part.Locks = commonLocks(P, Part.Live, false);
    All.judge(Own, Part);
    if (Parts)
      Parts->push_back(std::move(Part));
  }
  return All.take(Handed);
}

bool isTrusted(const Program &P, const PlaceVerdict &V) {
  auto Detached = [&](const Access &A) {
    auto State = P.threads().at(A.At);
    return A.Opaque && State && State->How != Attachment::Attached;
  };
  return V.At.Opaque &&
         (Detached(V.At) ||
          std::any_of(V.Others.begin(), V.Others.end(), Detached));
}

EntityId fieldBehind(const Program &P, const Access &A) {
  return pointeeField(P.path(A.Path).Steps);
}

std::string_view placeKind(const Entity &Place) {
  if (Place.has(EF_StaticLocal))
    return "static variable";
  return Place.has(EF_Static) ? "static member" : "global";
}

std::string placeText(const Program &P, EntityId Place, const PlaceVerdict *V) {
  const Entity &E = P.entity(Place);
  if (V && !V->Fields.empty()) {
    std::string Names;
    for (EntityId Field : V->Fields)
      Names += (Names.empty() ? "'" : ", '") + P.entity(Field).Name + "'";
    return Names + " of what '" + E.Name +
           (E.Name.ends_with("()") ? "' returns" : "' points to");
  }
  return std::string(placeKind(E)) + " '" + E.Name + "'";
}

Finding placeFinding(const Program &P, std::string_view Rule, EntityId Place,
                     const PlaceVerdict &V) {
  Finding F = findingAt(P, Rule, V.At.At);
  F.Entity = P.entity(Place).Name;
  F.About.Entity = Place;
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
    bool Repeats = !Told.empty() && O.At.Function == V.At.At.Function;
    if (Repeats || Told.size() >= MaxOthers ||
        !Told.insert(O.At.Function).second)
      continue;
    addOtherSide(P, O.At,
                 O.Kind == AccessKind::Address ? "handed on"
                 : O.writes()                  ? "written"
                                               : "read",
                 F);
  }
  return F;
}

} // namespace ungil::rules
