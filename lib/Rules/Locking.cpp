//===- Locking.cpp - what the rules about locks share ---------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rules/Locking.h"
#include "Rules/Objects.h"
#include <algorithm>

namespace ungil::rules {

bool isSection(const HeldLock &L) {
  return L.Kind == LockKind::CriticalSection ||
         L.Kind == LockKind::CriticalSectionMutex;
}

bool isMutex(const HeldLock &L) {
  return L.Kind == LockKind::Mutex || blocksAttached(L);
}

bool blocksAttached(const HeldLock &L) {
  return L.Kind == LockKind::Native || L.Kind == LockKind::PyThread ||
         L.Kind == LockKind::Shared;
}

const LockFact *lockFact(const Program &P, const Event &Call) {
  const ApiFunction *Api = Call.Kind == EventKind::Call ? P.api(Call) : nullptr;
  return Api && Api->Lock ? &*Api->Lock : nullptr;
}

/// The declared type of the storage of a lock, empty when it has no name.
static std::string_view typeOfLock(const Program &P, FunctionId F,
                                   const HeldLock &L) {
  if (L.What.Kind != OperandKind::Load && L.What.Kind != OperandKind::Address)
    return {};
  const Path &Where = P.path(L.What.Index);
  if (EntityId Field = lastField(P, Where); Field != None)
    return P.entity(Field).Type;
  if (Where.Root == RootKind::Place)
    return P.entity(Where.Index).Type;
  if (Where.Root == RootKind::Local && Where.Index < P.body(F).Locals.size())
    return P.body(F).Locals[Where.Index].Type;
  return {};
}

bool isRecursive(const Program &P, FunctionId F, const HeldLock &L) {
  if (L.Acquired != None)
    if (const LockFact *Fact = lockFact(P, P.body(F).Events[L.Acquired]);
        Fact && Fact->Recursive)
      return true;
  std::string_view Type = typeOfLock(P, F, L);
  return Type.find("ecursive") != std::string_view::npos;
}

const HeldLock *findLock(const std::vector<HeldLock> &Set, const HeldLock &L) {
  auto It = std::find_if(Set.begin(), Set.end(),
                         [&](const HeldLock &O) { return O.sameLock(L); });
  return It == Set.end() ? nullptr : &*It;
}

Site whereTaken(const Program &P, FunctionId F, const HeldLock &L) {
  HeldLock Wanted = L;
  // Callers name the lock in their own words: the kind must do there.
  for (int Hop = 0; Wanted.Acquired == None && Hop != 8; ++Hop) {
    const CallSite *From = nullptr;
    for (const CallSite &C : P.Functions[F].Callers) {
      if (C.Event == None || C.Caller == F)
        continue;
      for (const HeldLock &Held : P.Functions[C.Caller].Locks.at(C.Event))
        if (Held.Kind == L.Kind && (!From || Held.Acquired != None)) {
          From = &C;
          Wanted = Held;
        }
    }
    if (!From)
      return {};
    F = From->Caller;
  }
  return Wanted.Acquired == None ? Site() : Site{F, Wanted.Acquired};
}

bool namesOneLock(const Program &P, const Origin &What) {
  if (What.Kind != OperandKind::Load && What.Kind != OperandKind::Address)
    return false;
  const Path &Where = P.path(What.Index);
  return (Where.Root == RootKind::Local || Where.Root == RootKind::Place) &&
         std::none_of(Where.Steps.begin(), Where.Steps.end(),
                      [](const Step &S) { return S.Kind == StepKind::Index; });
}

std::string lockNoun(const Program &P, FunctionId F, const HeldLock &L) {
  std::string What = P.text(L.What, F);
  if (What.starts_with("&"))
    What = What.substr(1);
  bool Named = !What.empty() && What != "an expression";
  if (!isSection(L))
    return Named ? "lock '" + What + "'" : "a lock";
  std::string Of = L.Kind == LockKind::CriticalSection ? "" : "mutex ";
  return Named ? "critical section on " + Of + "'" + What + "'"
               : "a critical section";
}

} // namespace ungil::rules
