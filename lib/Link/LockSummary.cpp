//===- LockSummary.cpp - what a function does to its callers' locks -------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Held on every way out, the lock is taken for the caller; held on some, when
// what the function returns tells which: `return true` with the lock, `return
// false` without.
//
//===----------------------------------------------------------------------===//

#include "Link/LockFlow.h"
#include <algorithm>

namespace ungil {

/// The return statement that a block which leaves the function ends with;
/// None when it falls off the end or throws.
EventId LockFlow::returnBefore(uint32_t Block) const {
  llvm::ArrayRef<uint32_t> Events = Body.Blocks[Block].Events;
  for (size_t I = Events.size(); I--;)
    if (Body.Events[Events[I]].Kind == EventKind::Return)
      return Events[I];
  return None;
}

namespace {

/// How the value returned goes with holding one lock.
struct Returns {
  bool HeldZero = false, HeldOther = false;
  bool FreeZero = false, FreeOther = false;
  bool Vague = false;

  void add(bool Held, const std::vector<Origin> &Value) {
    if (Value.empty())
      Vague = (Held ? HeldOther : FreeOther) = true;
    for (const Origin &O : Value) {
      bool Zero = O.Kind == OperandKind::Null;
      Vague |= !Zero && O.Kind != OperandKind::Constant;
      (Held ? (Zero ? HeldZero : HeldOther) : (Zero ? FreeZero : FreeOther)) =
          true;
    }
  }

  HeldIf result() const {
    if (!FreeZero && !FreeOther)
      return HeldIf::Always;
    if (Vague)
      return HeldIf::Unknown;
    if (HeldOther && !HeldZero && !FreeOther)
      return HeldIf::NonZero;
    if (HeldZero && !HeldOther && !FreeZero)
      return HeldIf::Zero;
    return HeldIf::Unknown;
  }
};

} // namespace

/// Blocks from which the function returns. What throws hands nothing on.
std::vector<uint32_t> LockFlow::leaving() const {
  std::vector<uint32_t> Blocks;
  for (uint32_t B = 0; B != Body.Blocks.size(); ++B) {
    const Block &From = Body.Blocks[B];
    bool Throws = !From.Events.empty() &&
                  Body.Events[From.Events.back()].Kind == EventKind::Throw;
    bool Leaves = std::find(From.Succs.begin(), From.Succs.end(), Body.Exit) !=
                  From.Succs.end();
    if (Leaves && Out[B] && !Throws)
      Blocks.push_back(B);
  }
  return Blocks;
}

/// Can callers name it too?
bool LockFlow::hasName(const Origin &O) const {
  if (O.Kind != OperandKind::Load && O.Kind != OperandKind::Address)
    return false;
  const Path &Where = P.path(O.Index);
  return Where.Root == RootKind::Place ||
         (Where.Root == RootKind::Local && Where.Index < Body.Params);
}

/// A lock that a way out leaves held, as callers see it; nothing when no
/// value tells them on which ways.
std::optional<LockSummary::Acquired>
LockFlow::handedOn(const HeldLock &L, const std::vector<uint32_t> &Ways) const {
  // A guard of this function goes with it, seen (templates) or not.
  if (L.Handle != None && L.Handle >= Body.Params)
    return std::nullopt;
  LockSummary::Acquired New{L, HeldIf::Always};
  New.Lock.Handle = L.Handle == None ? None : 0;
  New.Lock.Acquired = None;
  if (!hasName(L.What))
    New.Lock.What = {};
  Returns Values;
  bool AsTried = L.Kind == LockKind::Unknown; // `return trylock(&m);`
  for (uint32_t Way : Ways) {
    const std::vector<HeldLock> &There = Out[Way]->Held;
    bool Held = std::any_of(There.begin(), There.end(), [&](const HeldLock &O) {
      return O.Acquired != None && O.What == L.What;
    });
    EventId Return = returnBefore(Way);
    std::vector<Origin> Value;
    if (Return != None)
      Value = V.value(Return);
    Values.add(Held, Value);
    AsTried &=
        Value == std::vector<Origin>{{OperandKind::Result, L.Acquired, 0}};
  }
  New.Result = Values.result();
  if (AsTried)
    for (const LockChange &C : Changes.at(L.Acquired))
      if (C.Takes && C.Lock.What == L.What) {
        New.Lock.Kind = C.Lock.Kind;
        New.Result = C.Result;
      }
  if (New.Result == HeldIf::Unknown && L.Kind != LockKind::Unknown)
    return std::nullopt;
  return New;
}

LockSummary LockFlow::summary() const {
  LockSummary Sum;
  auto AddTo = [](auto &List, const auto &New) {
    if (std::find(List.begin(), List.end(), New) == List.end())
      List.push_back(New);
  };
  // What a helper gives back first it only takes for its caller again.
  auto IsCallers = [&](const HeldLock &L) {
    return std::any_of(States.Changes.begin(), States.Changes.end(),
                       [&](const LockChange &C) {
                         return !C.Takes && C.Lock.What == L.What &&
                                C.Instead.Acquired == None;
                       });
  };
  // A guard of this function goes with it, seen (templates) or not.
  auto IsOwnGuards = [&](const HeldLock &L) {
    return L.Handle != None && L.Handle >= Body.Params;
  };
  std::vector<uint32_t> Ways = leaving();
  for (uint32_t Way : Ways)
    for (const HeldLock &L : Out[Way]->Held)
      if (L.Acquired != None && !IsOwnGuards(L) && !IsCallers(L))
        if (auto New = handedOn(L, Ways))
          AddTo(Sum.Acquires, *New);
  // A lock that the function itself takes on some path is not one that it
  // releases for its callers.
  for (const LockChange &C : States.Changes) {
    auto Takes = [&](const LockChange &O) {
      return O.Takes && O.Lock.What == C.Lock.What;
    };
    if (C.Takes || C.Instead.Acquired != None ||
        std::any_of(States.Changes.begin(), States.Changes.end(), Takes))
      continue;
    LockSummary::Released Lost{{}, C.Holder};
    Lost.Lock.Kind = C.Lock.Kind;
    Lost.Lock.What = C.Lock.What;
    AddTo(Sum.Releases, Lost);
  }
  return Sum;
}

} // namespace ungil
