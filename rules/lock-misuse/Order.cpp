//===- Order.cpp - locks that wait for each other -------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What each function takes on its way, itself or through helpers, against the
// locks it holds there. Critical sections are left out: a thread that has to
// wait lets go of those it holds.
//
//===----------------------------------------------------------------------===//

#include "LockMisuse.h"
#include "Rules/Common.h"
#include "Rules/Locking.h"
#include "Rules/Objects.h"
#include <algorithm>
#include <set>

namespace ungil::rules {
namespace {

/// A lock across functions: the global, or the field whatever the object.
std::string classOfLock(const Program &P, PathId Lock) {
  const Path &Where = P.path(Lock);
  if (EntityId Field = lastField(P, Where); Field != None)
    return P.entity(Field).Usr;
  return Where.Root == RootKind::Place ? P.entity(Where.Index).Usr : "";
}

std::string classOfLock(const Program &P, const HeldLock &L) {
  return L.What.Kind == OperandKind::Load || L.What.Kind == OperandKind::Address
             ? classOfLock(P, L.What.Index)
             : "";
}

/// Waits while it is held, and whoever holds it waits with it.
bool canDeadlock(const Program &P, FunctionId F, const HeldLock &L) {
  return isMutex(L) && L.Kind != LockKind::PyThread && !isRecursive(P, F, L);
}

/// Are mutexes of this program perhaps made recursive when they are set up?
bool makesRecursive(const Program &P) {
  return std::any_of(
      P.Facts.Entities.begin(), P.Facts.Entities.end(), [&](const Entity &E) {
        const ApiFunction *Api =
            E.Kind == EntityKind::Function ? P.Known->find(E.Name) : nullptr;
        return Api && Api->Lock && Api->Lock->Action == LockAction::Query &&
               Api->Lock->Recursive;
      });
}

std::string throughHelper(const Program &P, FunctionId F, const TakenLock &T) {
  return T.At.Function == F
             ? ""
             : " in '" + P.calleeName(P.body(F).Events[T.Event]) + "'";
}

void noteTaken(const Program &P, FunctionId F, const TakenLock &T,
               Finding &Found) {
  if (T.At.Function != F)
    Found.Notes.push_back({P.event(T.At).Range,
                           "taken here, in '" + P.name(T.At.Function) + "'"});
}

//===-- Order -------------------------------------------------------------===//

struct Order {
  FunctionId F;
  HeldLock First;
  TakenLock Second;
};

class Orders {
public:
  explicit Orders(const Program &P);
  void collect(FunctionId F);
  void judge(FindingList &All) const;
  void judgeTwins(FindingList &All) const;

private:
  bool haveGate(const Order &A, const Order &B) const;
  bool isOrdered(const Order &O) const;
  bool isRarer(const std::vector<Order> &A, const std::vector<Order> &B) const;
  Finding begun(const Order &Here, Confidence Most,
                const std::string &Rest) const;
  Finding report(const Order &Here, const Order &There) const;
  Finding report(const Order &Here, const LockPromise &Said) const;

  using Pair = std::pair<std::string, std::string>; ///< classes, first to last
  const Program &P;
  std::map<Pair, std::vector<Order>> Seen;
  std::map<Pair, const LockPromise *> Declared; ///< by the authors
};

Orders::Orders(const Program &P) : P(P) {
  for (const LockPromise &Said : P.Facts.Promises) {
    bool Before = Said.Kind == PromiseKind::Before;
    if ((!Before && Said.Kind != PromiseKind::After) || Said.Lock == None)
      continue;
    Pair Order(P.entity(Said.Of).Usr, classOfLock(P, Said.Lock));
    if (!Before)
      std::swap(Order.first, Order.second);
    Declared.emplace(std::move(Order), &Said);
  }
}

void Orders::collect(FunctionId F) {
  const FunctionInfo &Info = P.Functions[F];
  for (const TakenLock &T : Info.Takes) {
    if (!canDeadlock(P, F, T.Lock))
      continue;
    for (const HeldLock &L : Info.Locks.at(T.Event)) {
      if (!canDeadlock(P, F, L) || L.Acquired == None ||
          L.Acquired == T.Event || L.What == T.Lock.What)
        continue;
      std::string A = classOfLock(P, L), B = classOfLock(P, T.Lock);
      if (!A.empty() && !B.empty())
        Seen[{A, B}].push_back({F, L, T});
    }
  }
}

/// A third lock held around both lets one thread in at a time.
bool Orders::haveGate(const Order &A, const Order &B) const {
  for (const HeldLock &L : P.Functions[A.F].Locks.at(A.Second.Event))
    for (const HeldLock &O : P.Functions[B.F].Locks.at(B.Second.Event)) {
      std::string Name = lockName(P, A.F, L);
      if (L.Kind == LockKind::Unknown || O.Kind == LockKind::Unknown)
        return true;
      if (!Name.empty() && Name == lockName(P, B.F, O) &&
          L.What != A.First.What && O.What != B.First.What)
        return true;
    }
  return false;
}

/// What all say of \p Here: the second lock is taken while the first is held,
/// and then the \p Rest.
Finding Orders::begun(const Order &Here, Confidence Most,
                      const std::string &Rest) const {
  Finding Found = findingAt(P, "lock-misuse", {Here.F, Here.Second.Event});
  Found.Entity = P.text(Here.Second.Lock.What, Here.F);
  Found.Conf = confidenceIn(P, Here.F, Most);
  Found.Message = lockNoun(P, Here.F, Here.Second.Lock) + " is taken" +
                  throughHelper(P, Here.F, Here.Second) + " while " +
                  lockNoun(P, Here.F, Here.First) + " is held" + Rest;
  Found.Notes.push_back({P.event({Here.F, Here.First.Acquired}).Range,
                         "the first is taken here"});
  noteTaken(P, Here.F, Here.Second, Found);
  return Found;
}

Finding Orders::report(const Order &Here, const Order &There) const {
  bool Globals = P.path(Here.First.What.Index).Root == RootKind::Place &&
                 P.path(Here.Second.Lock.What.Index).Root == RootKind::Place;
  bool Sure = Globals && !Here.Second.Perhaps && !There.Second.Perhaps;
  Finding Found =
      begun(Here, Sure ? Confidence::High : Confidence::Medium,
            "; '" + P.name(There.F) + "' takes them the other way round");
  Found.Conf = std::min(Found.Conf, confidenceIn(P, There.F, Confidence::High));
  Found.Why = "One of " + twoThreads(P, Here.F) +
              " holds the first and waits for the second, while one in '" +
              P.name(There.F) +
              "' holds the second and waits for the first: neither goes on.";
  Found.Help = "Take them in one order everywhere, or let go of one before "
               "the other is taken.";
  Found.Notes.push_back({P.event({There.F, There.Second.Event}).Range,
                         "the other order, in '" + P.name(There.F) + "'"});
  return Found;
}

Finding Orders::report(const Order &Here, const LockPromise &Said) const {
  Finding Found =
      begun(Here, Here.Second.Perhaps ? Confidence::Medium : Confidence::High,
            "; the authors say it is taken first");
  Found.Why = "One of " + twoThreads(P, Here.F) +
              " holds one lock and waits for the other, while a thread that "
              "keeps to the order holds that and waits for the first: neither "
              "goes on.";
  Found.Help = "Take them in the order that is declared, or let go of one "
               "before the other is taken.";
  Found.Notes.push_back({Said.Loc, "the order is declared here"});
  return Found;
}

/// The rarer order is the mistake; of equals, the one that comes later.
bool Orders::isRarer(const std::vector<Order> &A,
                     const std::vector<Order> &B) const {
  auto Key = [&](const Order &O) {
    const SourceRange &R = P.event({O.F, O.Second.Event}).Range;
    return std::make_pair(R.File, R.Offset);
  };
  return A.size() == B.size() ? Key(A[0]) > Key(B[0]) : A.size() < B.size();
}

void Orders::judge(FindingList &All) const {
  for (const auto &[Names, Sites] : Seen) {
    if (Declared.count(Names))
      continue;
    if (auto Said = Declared.find({Names.second, Names.first});
        Said != Declared.end()) {
      for (const Order &Here : Sites)
        All.push_back(report(Here, *Said->second));
      continue;
    }
    auto Back = Seen.find({Names.second, Names.first});
    if (Back == Seen.end() || Names.first == Names.second ||
        !isRarer(Sites, Back->second))
      continue;
    for (const Order &Here : Sites) {
      auto There =
          std::find_if(Back->second.begin(), Back->second.end(),
                       [&](const Order &O) { return !haveGate(Here, O); });
      if (There == Back->second.end())
        continue;
      All.push_back(report(Here, *There));
      break;
    }
  }
}

/// Are the two objects put in an order before they are locked, or is one
/// part of the other?
bool Orders::isOrdered(const Order &O) const {
  const Path &A = P.path(O.First.What.Index);
  const Path &B = P.path(O.Second.Lock.What.Index);
  auto IsParam = [&](const Path &Where) {
    return Where.Root == RootKind::Local && Where.Steps.size() == 2;
  };
  if (!IsParam(A) || !IsParam(B) || A.Index == B.Index)
    return true;
  const Function &Body = P.body(O.F);
  for (EventId E = 0; E != Body.Events.size(); ++E) {
    if (Body.Events[E].Kind != EventKind::Branch ||
        Body.Events[E].Test != TestKind::Other)
      continue;
    for (const Origin &Subject : P.Functions[O.F].Value.value(E))
      if (Subject.Kind == OperandKind::Load) {
        const Path &Where = P.path(Subject.Index);
        if (Where.Root == RootKind::Local && Where.Steps.empty() &&
            (Where.Index == A.Index || Where.Index == B.Index))
          return true;
      }
  }
  return false;
}

/// The same lock of two objects, in the order the caller names them.
void Orders::judgeTwins(FindingList &All) const {
  for (const auto &[Names, Sites] : Seen) {
    if (Names.first != Names.second)
      continue;
    for (const Order &O : Sites) {
      if (isOrdered(O) || O.Second.At.Function != O.F)
        continue;
      Finding Found =
          begun(O, Confidence::Medium, ", in the order of the arguments");
      Found.Why = "Of " + twoThreads(P, O.F) +
                  " one has the two objects the other way round: each holds "
                  "the lock that the other waits for.";
      Found.Help = "Lock the one with the lower address first, or use "
                   "Py_BEGIN_CRITICAL_SECTION2, which does.";
      All.push_back(std::move(Found));
    }
  }
}

} // namespace

//===-- Taken twice -------------------------------------------------------===//

void findTakenTwice(const Program &P, FunctionId F, FindingList &All) {
  const FunctionInfo &Info = P.Functions[F];
  for (const TakenLock &T : Info.Takes) {
    const HeldLock *Already = nullptr;
    for (const HeldLock &L : Info.Locks.at(T.Event))
      if (L.What == T.Lock.What && L.Acquired != None &&
          L.Acquired != T.Event && canDeadlock(P, F, L))
        Already = &L;
    bool BothRead = Already && Already->Kind == LockKind::Shared &&
                    T.Lock.Kind == LockKind::Shared;
    bool Sure = Already && !BothRead && !T.Perhaps &&
                canDeadlock(P, T.At.Function, T.Lock) &&
                !isRecursive(P, F, T.Lock) && namesOneLock(P, T.Lock.What);
    if (!Sure || (Already->Kind == LockKind::Native && makesRecursive(P)))
      continue;
    Finding Found = findingAt(P, "lock-misuse", {F, T.Event});
    Found.Entity = P.text(T.Lock.What, F);
    Found.Conf = confidenceIn(P, F, Confidence::High);
    Found.Message = lockNoun(P, F, T.Lock) + " is taken" +
                    throughHelper(P, F, T) + " while this thread holds it";
    Found.Why = "The lock is not recursive: the first of " + twoThreads(P, F) +
                " waits for itself, and every other one for it.";
    Found.Help = "Take it once, in the outermost function, and give helpers a "
                 "form that expects it held.";
    Found.Notes.push_back(
        {P.event({F, Already->Acquired}).Range, "held since"});
    noteTaken(P, F, T, Found);
    All.push_back(std::move(Found));
  }
}

void findOrders(const Program &P, FindingList &All) {
  Orders Locks(P);
  for (FunctionId F = 0; F != P.Functions.size(); ++F)
    if (P.reportable(F) && P.isConcurrent(F))
      Locks.collect(F);
  Locks.judge(All);
  Locks.judgeTwins(All);
}

} // namespace ungil::rules
