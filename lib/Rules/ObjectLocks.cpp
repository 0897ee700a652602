//===- ObjectLocks.cpp - which locks protect this object ------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rules/ObjectLocks.h"
#include "Link/Flow.h"
#include "Link/UnsetTests.h"
#include "Rules/Common.h"
#include <algorithm>
#include <optional>

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

static ObjectLocks heldAt(const Program &P, FunctionId F, const Origin &Object,
                          const std::vector<HeldLock> &Locks) {
  ObjectLocks Result;
  for (const HeldLock &L : Locks) {
    if (L.Kind == LockKind::Unknown || L.What.Kind == OperandKind::Unknown ||
        L.What.Kind == OperandKind::Constant) {
      Result.Unknown = true;
      continue;
    }
    if (L.What == Object) {
      Result.Names.insert("its section");
      continue;
    }
    if (L.Kind == LockKind::CriticalSection) {
      // Who holds the owner's section may have the only way to the object.
      Result.Unknown |= owns(P, L.What, Object);
      continue;
    }
    std::vector<Step> Rest;
    bool Named =
        L.What.Kind == OperandKind::Load || L.What.Kind == OperandKind::Address;
    if (Named && within(P, P.path(L.What.Index), Object, Rest)) {
      std::string Name = "its";
      for (const Step &S : Rest)
        Name += S.Kind == StepKind::Field ? " " + P.entity(S.Field).Name : "";
      Result.Names.insert(Name);
    } else if (std::string Name = lockName(P, F, L); !Name.empty()) {
      Result.Names.insert(Name);
    } else {
      Result.Unknown = true;
    }
  }
  return Result;
}

//===-- Busy flags --------------------------------------------------------===//

ObjectLockModel::ObjectLockModel(const Program &P) : P(P) {
  for (const auto &[Field, Accesses] : P.Fields) {
    if (P.entity(Field).Class != TypeClass::Scalar)
      continue;
    for (const FieldAccess &W : Accesses) {
      if (W.Use != FieldUse::Write || W.Stored.Kind != OperandKind::Constant)
        continue;
      ObjectLocks Held = heldAt(P, W.At.Function, W.Object, W.Locks);
      bool Tested = std::any_of(
          Accesses.begin(), Accesses.end(), [&](const FieldAccess &T) {
            if (T.At.Function != W.At.Function || T.writes() ||
                T.Object != W.Object)
              return false;
            ObjectLocks Same = heldAt(P, T.At.Function, T.Object, T.Locks);
            return std::any_of(
                Held.Names.begin(), Held.Names.end(),
                [&](const std::string &N) { return Same.Names.count(N); });
          });
      if (Tested)
        Claims[W.At.Function].push_back(
            {W.Object, W.At.Event, "its flag " + P.entity(Field).Name});
    }
  }
}

/// Does event \p First come before \p Then on every way to it?
static bool precedes(const Function &Body, EventId First, EventId Then) {
  EventOrder Order(Body);
  uint32_t A = Order.Block[First], B = Order.Block[Then];
  if (A == None || B == None)
    return false;
  if (A == B)
    return Order.Position[First] < Order.Position[Then];
  return Dominance(Body).under(B, A);
}

/// Busy flags of \p Object that this function has claimed, itself or through
/// a helper, before it comes to \p At.
void ObjectLockModel::addClaims(Site At, const Origin &Object,
                                ObjectLocks &Into) {
  const Function &Body = P.body(At.Function);
  if (auto It = Claims.find(At.Function); It != Claims.end())
    for (const Claim &C : It->second)
      if (C.Object == Object && precedes(Body, C.Write, At.Event))
        Into.Names.insert(C.Flag);
  const Values &V = P.Functions[At.Function].Value;
  for (EventId E = 0; E != Body.Events.size(); ++E) {
    const Event &Call = Body.Events[E];
    if (Call.Kind != EventKind::Call || Call.Callee == None)
      continue;
    auto Callee = P.BodyOf.find(Call.Callee);
    auto It =
        Callee == P.BodyOf.end() ? Claims.end() : Claims.find(Callee->second);
    if (It == Claims.end())
      continue;
    for (const Claim &C : It->second) {
      if (C.Object.Kind != OperandKind::Load)
        continue;
      const Path &Param = P.path(C.Object.Index);
      bool Ours = Param.Root == RootKind::Local && Param.Steps.empty() &&
                  V.arg(E, Param.Index) == std::vector<Origin>{Object};
      if (Ours && precedes(Body, E, At.Event))
        Into.Names.insert(C.Flag);
    }
  }
}

//===-- Callers -----------------------------------------------------------===//

/// What every caller has that may run beside another thread; constructors
/// and destructors have the object for themselves.
void ObjectLockModel::addCallers(FunctionId F, const Origin &Object,
                                 ObjectLocks &Into) {
  if (Object.Kind != OperandKind::Load)
    return;
  const Path Where = P.path(Object.Index);
  const FunctionInfo &Info = P.Functions[F];
  if (Where.Root != RootKind::Local || !Where.Steps.empty() ||
      Where.Index >= P.body(F).Params || !Info.Entries.empty() ||
      Info.AddressTaken || Info.Callers.empty())
    return;
  auto Key = std::make_pair(F, Where.Index);
  auto [It, New] = FromCallers.try_emplace(Key);
  NestedAnswers::Question Here(Nested);
  if (New && !Here.tooDeep()) {
    ObjectLocks Common = commonToCallers(F, Where.Index);
    It = FromCallers.insert_or_assign(Key, std::move(Common)).first;
  }
  Into.Names.insert(It->second.Names.begin(), It->second.Names.end());
  Into.Unknown |= It->second.Unknown;
}

ObjectLocks ObjectLockModel::commonToCallers(FunctionId F, uint32_t Param) {
  constexpr uint8_t Alone = P_Init | P_Construct | P_Dealloc | P_Traverse;
  std::optional<ObjectLocks> Common;
  for (const CallSite &C : P.Functions[F].Callers) {
    const FunctionInfo &Caller = P.Functions[C.Caller];
    if (!(Caller.Phases & ~Alone))
      continue;
    ObjectLocks Here;
    if (C.Event != None && !C.Handed)
      if (const auto &Passed = Caller.Value.arg(C.Event, Param);
          Passed.size() == 1)
        Here = held({C.Caller, C.Event}, Passed[0], Caller.Locks.at(C.Event));
    if (!Common) {
      Common = std::move(Here);
    } else if (Common->Unknown) {
      Common = std::move(Here); // the others decide
    } else if (!Here.Unknown) {
      std::erase_if(Common->Names,
                    [&](const std::string &N) { return !Here.Names.count(N); });
    }
  }
  return Common.value_or(ObjectLocks());
}

ObjectLocks ObjectLockModel::held(Site At, const Origin &Object,
                                  const std::vector<HeldLock> &Locks) {
  ObjectLocks Result = heldAt(P, At.Function, Object, Locks);
  if (!Claims.empty())
    addClaims(At, Object, Result);
  addCallers(At.Function, Object, Result);
  return Result;
}

ObjectLocks ObjectLockModel::at(const FieldAccess &A) {
  // Under a read lock others write as well.
  std::vector<HeldLock> Locks = A.Locks;
  if (A.Use >= FieldUse::Write)
    std::erase_if(Locks,
                  [](const HeldLock &L) { return L.Kind == LockKind::Shared; });
  ObjectLocks Result = held(A.At, A.Object, Locks);
  // One of several objects, by which way the function took: which of them is
  // locked depends on that way too.
  for (const Origin &Other : A.OrObjects) {
    ObjectLocks More = held(A.At, Other, Locks);
    Result.Names.insert(More.Names.begin(), More.Names.end());
    Result.Unknown |= More.Unknown;
  }
  return Result;
}

std::string ObjectLockModel::named(const LockPromise &Said) const {
  HeldLock L{LockKind::Native, {OperandKind::Address, Said.Lock, 0}};
  if (P.path(Said.Lock).Root == RootKind::Place)
    return lockName(P, 0, L);
  Origin Self{OperandKind::Load,
              const_cast<Program &>(P).intern({RootKind::Local, 0, {}}), 0};
  ObjectLocks Named = heldAt(P, 0, Self, {L});
  return Named.Names.empty() ? std::string() : *Named.Names.begin();
}

//===-- In common ---------------------------------------------------------===//

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
