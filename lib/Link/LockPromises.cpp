//===- LockPromises.cpp - locks as their authors declare them -------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Thread-safety attributes say what a call does to a lock even where no body
// is seen, and name it as callers do: `lock()` of a wrapper class takes the
// wrapper, whatever is inside. So they come before the body's summary.
//
//===----------------------------------------------------------------------===//

#include "Link/Effects.h"
#include "Link/LockFlow.h"
#include <algorithm>

namespace ungil {

HeldLock promisedLock(const LockPromise &Said) {
  HeldLock L;
  if (Said.Lock == None)
    return L;
  L.Kind = Said.Shared              ? LockKind::Shared
           : Said.Type == "PyMutex" ? LockKind::Mutex
                                    : LockKind::Native;
  L.What = {OperandKind::Address, Said.Lock, 0};
  return L;
}

std::vector<HeldLock> promisedAtEntry(const Program &P, EntityId E) {
  std::vector<HeldLock> Held;
  // What a guard gives back at its end it has taken itself.
  bool Guard = P.entity(E).has(EF_Destructor);
  for (const LockPromise &Said : P.promisesOf(E)) {
    if (Said.Kind == PromiseKind::Requires ||
        (Said.Kind == PromiseKind::Gives && !Guard))
      Held.push_back(promisedLock(Said));
    if (Said.Kind == PromiseKind::Unchecked)
      Held.push_back({});
  }
  std::sort(Held.begin(), Held.end());
  return Held;
}

void LockFlow::takePromised(LockState &S, EventId E, const LockPromise &Said) {
  HeldLock L = inCaller(P, promisedLock(Said), F, E);
  bool Tries = Said.Kind == PromiseKind::Tries;
  HeldIf Result = !Tries        ? HeldIf::Always
                  : Said.IfZero ? HeldIf::Zero
                                : HeldIf::NonZero;
  uint32_t Handle = handleOf(E, 0);
  if (P.entity(Body.Events[E].Callee).has(EF_Constructor)) {
    L.Handle = Handle;
    if (Handle != None)
      Guarded[Handle].push_back(L);
    return take(S, E, L, Result, Tries);
  }
  // `guard.lock()` takes what the guard was made for.
  if (auto It = Guarded.find(Handle); It != Guarded.end())
    for (const HeldLock &Own : std::vector<HeldLock>(It->second))
      take(S, E, Own, Result, Tries);
  else
    take(S, E, L, Result, Tries);
}

/// Does what the authors say of the callee; false when they say nothing.
bool LockFlow::applyPromises(LockState &S, EventId E) {
  EntityId Callee = Body.Events[E].Callee;
  if (Callee == None)
    return false;
  bool Said = false;
  if (uint32_t Handle = handleOf(E, 0);
      Handle != None && P.entity(Callee).has(EF_Constructor))
    Guarded.erase(Handle);
  for (const LockPromise &Promise : P.promisesOf(Callee)) {
    HeldLock L = inCaller(P, promisedLock(Promise), F, E);
    switch (Promise.Kind) {
    case PromiseKind::Takes:
    case PromiseKind::Tries:
      takePromised(S, E, Promise);
      break;
    case PromiseKind::Gives:
      if (!releaseHandle(S, E, handleOf(E, 0)))
        release(S, E, L);
      break;
    case PromiseKind::Asserts:
      if (std::none_of(S.Held.begin(), S.Held.end(),
                       [&](const HeldLock &O) { return O.What == L.What; })) {
        S.Held.push_back(L); // by a caller, perhaps
        std::sort(S.Held.begin(), S.Held.end());
      }
      break;
    default:
      continue;
    }
    Said = true;
  }
  return Said;
}

} // namespace ungil
