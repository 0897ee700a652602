//===- LockCalls.cpp - what one call does to the locks held ---------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Five kinds of calls: functions and guards that the API data knows, those
// whose authors say what they do (LockPromises.cpp), the extension's own
// functions by their summaries, destructors of guards, and functions of others
// whose name says lock.
//
//===----------------------------------------------------------------------===//

#include "Link/Effects.h"
#include "Link/LockFlow.h"
#include <algorithm>

namespace ungil {

/// The local whose address is argument \p Arg.
uint32_t LockFlow::handleOf(EventId E, int Arg) const {
  const Event &Call = Body.Events[E];
  if (Arg < 0 || static_cast<size_t>(Arg) >= Call.Args.size() ||
      Call.Args[Arg].Kind != OperandKind::Address)
    return None;
  const Path &Where = P.path(Call.Args[Arg].Index);
  return Where.Root == RootKind::Local ? Where.Index : None;
}

/// The lock that \p O is, when its authors say that a function returns it.
static const LockPromise *returnedLock(const Program &P, const Function &Body,
                                       const Origin &O, EventId &Call) {
  Call = O.Kind == OperandKind::Result && !O.Out ? O.Index : None;
  if (O.Kind == OperandKind::Address) { // of what a reference leads to
    const Path &Where = P.path(O.Index);
    if (Where.Root == RootKind::Result &&
        Where.Steps == std::vector<Step>{{StepKind::Deref, None}})
      Call = Where.Index;
  }
  if (Call == None || Body.Events[Call].Callee == None)
    return nullptr;
  for (const LockPromise &Said : P.promisesOf(Body.Events[Call].Callee))
    if (Said.Kind == PromiseKind::Returns && Said.Lock != None)
      return &Said;
  return nullptr;
}

/// Identity of the lock that argument \p Arg names: a section's object is a
/// value, a mutex the storage pointed to.
Origin LockFlow::objectOf(EventId E, int Arg, LockKind Kind) const {
  const std::vector<Origin> &Set = V.arg(E, Arg < 0 ? 0 : Arg);
  if (Arg < 0 || Set.size() != 1)
    return {};
  Origin O = Set[0];
  if (Kind == LockKind::CriticalSection)
    return O;
  EventId Call = None;
  if (const LockPromise *Said = returnedLock(P, Body, O, Call))
    return inCaller(P, promisedLock(*Said), F, Call).What;
  if (O.Kind == OperandKind::Load) {
    Path Pointee = P.path(O.Index);
    Pointee.Steps.push_back({StepKind::Deref, None});
    return {OperandKind::Address, P.intern(Pointee), 0};
  }
  return O;
}

bool LockFlow::isDestructor(const Event &Call) const {
  return Call.has(EV_MethodCall) &&
         (Call.has(EV_Implicit) ||
          (Call.Callee != None && P.entity(Call.Callee).has(EF_Destructor)));
}

//===-- The API -----------------------------------------------------------===//

/// `std::unique_lock lock(m, std::defer_lock)`: does the constructor called
/// have a parameter of type \p Tag?
static bool hasTag(const Entity &Constructor, const std::string &Tag) {
  return !Tag.empty() && Constructor.Type.find(Tag) != std::string::npos;
}

void LockFlow::applyGuard(LockState &S, EventId E, const LockFact &Fact) {
  const Event &Call = Body.Events[E];
  const Entity &Constructor = P.entity(Call.Callee);
  uint32_t Handle = handleOf(E, 0);
  if (Handle != None)
    Guarded[Handle].clear();
  for (int Arg : Fact.Objects) {
    if (static_cast<size_t>(Arg) >= Call.Args.size())
      break; // a variadic guard
    HeldLock L;
    L.Kind = Fact.Kind;
    L.What = objectOf(E, Arg, Fact.Kind);
    L.Handle = Handle;
    L.Acquired = E;
    // Tags and time limits are no locks.
    if (Arg != Fact.Objects[0] && L.What.Kind == OperandKind::Result)
      continue;
    if (Handle != None)
      Guarded[Handle].push_back(L);
    if (hasTag(Constructor, Fact.DeferTag))
      continue;
    if (hasTag(Constructor, Fact.AdoptTag))
      std::erase_if(S.Held,
                    [&](const HeldLock &Old) { return Old.sameLock(L); });
    if (!hasTag(Constructor, Fact.TryTag)) {
      acquire(S, L);
      continue;
    }
    LockChange Try;
    Try.Takes = true;
    Try.Lock = L;
    Try.Result = HeldIf::Unknown; // the guard is asked, not the call
    note(E, Try);
    L.Kind = LockKind::Unknown;
    S.Held.push_back(L);
    std::sort(S.Held.begin(), S.Held.end());
  }
}

void LockFlow::applyRelease(LockState &S, EventId E, const LockFact &Fact) {
  if (Fact.Handle >= 0) {
    // A section that this function began ends here on every path, also
    // where the flow could not prove that it was begun.
    uint32_t Handle = handleOf(E, Fact.Handle);
    if (releaseHandle(S, E, Handle) ||
        (Handle != None && Handle >= Body.Params))
      return;
  }
  HeldLock L;
  L.Kind = Fact.Kind;
  for (int Arg : Fact.Objects) {
    if (releaseHandle(S, E, handleOf(E, Arg)))
      continue;
    L.What = objectOf(E, Arg, Fact.Kind);
    release(S, E, L);
  }
  if (Fact.Objects.empty()) {
    L.What = objectOf(E, Fact.Handle, LockKind::Mutex);
    release(S, E, L);
  }
}

void LockFlow::applyApi(LockState &S, EventId E, const LockFact &Fact) {
  switch (Fact.Action) {
  case LockAction::Guard:
    return applyGuard(S, E, Fact);
  case LockAction::Release:
    return applyRelease(S, E, Fact);
  case LockAction::Query:
  case LockAction::Wait:
    return;
  case LockAction::Acquire:
  case LockAction::TryAcquire:
    break;
  }
  const Event &Call = Body.Events[E];
  bool Tries =
      Fact.Action == LockAction::TryAcquire ||
      (Fact.Wait >= 0 && static_cast<size_t>(Fact.Wait) < Call.Args.size() &&
       Call.Args[Fact.Wait].Kind == OperandKind::Null);
  for (int Arg : Fact.Objects) {
    if (static_cast<size_t>(Arg) >= Call.Args.size())
      break;
    HeldLock L;
    L.Kind = Fact.Kind;
    L.What = objectOf(E, Arg, Fact.Kind);
    L.Handle = handleOf(E, Fact.Handle);
    // `guard.lock()` takes what the guard was made for.
    std::vector<HeldLock> Locks{L};
    if (auto It = Guarded.find(handleOf(E, Arg));
        It != Guarded.end() && !It->second.empty())
      Locks = It->second;
    for (const HeldLock &Taken : Locks)
      take(S, E, Taken, Fact.Result, Tries);
  }
}

void LockFlow::take(LockState &S, EventId E, HeldLock L, HeldIf Result,
                    bool Tries) {
  L.Acquired = E;
  acquire(S, L, Result);
  if (Tries)
    for (HeldLock &Held : S.Held)
      if (Held.Acquired == E)
        Held.Kind = LockKind::Unknown;
}

//===-- Other calls -------------------------------------------------------===//

void LockFlow::applySummary(LockState &S, EventId E, FunctionId Callee) {
  const LockSummary &Sum = Summaries[Callee];
  uint32_t Handle = handleOf(E, 0);
  bool Guard = Body.Events[E].has(EV_MethodCall) && Handle != None;
  if (!Sum.Releases.empty() && Guard && releaseHandle(S, E, Handle))
    return;
  for (const LockSummary::Released &R : Sum.Releases)
    release(S, E, inCaller(P, R.Lock, F, E), R.Holder);
  for (const LockSummary::Acquired &A : Sum.Acquires) {
    HeldLock L = inCaller(P, A.Lock, F, E);
    L.Handle = Guard ? Handle : handleOf(E, A.Lock.Handle == None ? -1 : 0);
    take(S, E, L, A.Result, A.Result != HeldIf::Always);
  }
}

/// A function without a body whose name says lock: it protects something the
/// model cannot name.
void LockFlow::applyName(LockState &S, EventId E) {
  // Making a mutex takes none; guards are known by name or by their bodies.
  if (EntityId Callee = Body.Events[E].Callee; Callee != None)
    if (const Entity &Made = P.entity(Callee);
        Made.has(EF_Constructor) && P.Known &&
        P.Known->isLockType(Made.Name.substr(0, Made.Name.rfind("::"))))
      return;
  std::string Name = P.calleeName(Body.Events[E]);
  std::transform(Name.begin(), Name.end(), Name.begin(), ::tolower);
  if (size_t Colon = Name.rfind("::"); Colon != std::string::npos)
    Name = Name.substr(Colon + 2);
  auto Says = [&](const char *Word) {
    return Name.find(Word) != std::string::npos;
  };
  if (!Says("lock") && !Says("mutex"))
    return;
  for (const char *Other :
       {"clock", "block", "init", "alloc", "free", "destroy"})
    if (Says(Other))
      return;
  HeldLock L;
  L.What = objectOf(E, Body.Events[E].Args.empty() ? -1 : 0, LockKind::Unknown);
  if (Says("unlock") || Says("release") || Says("leave"))
    return release(S, E, L);
  L.Acquired = E;
  acquire(S, L);
}

} // namespace ungil
