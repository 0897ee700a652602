//===- LockFlow.cpp - locks inside one function ---------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Link/LockFlow.h"
#include "Link/Flow.h"
#include <algorithm>

namespace ungil {

//===-- State -------------------------------------------------------------===//

uint32_t LockFlow::internSet(const std::vector<HeldLock> &Set) {
  auto [It, New] = SetIndex.try_emplace(Set, States.Sets.size());
  if (New)
    States.Sets.push_back(Set);
  return It->second;
}

LockState LockFlow::entry() { return {P.Functions[F].EntryLocks, {}}; }

bool LockFlow::join(LockState &Into, const LockState &From) {
  size_t Before = Into.Held.size() + Into.Dropped.size();
  bool Weaker = false;
  std::vector<HeldLock> Both;
  for (HeldLock L : Into.Held)
    for (const HeldLock &O : From.Held) {
      bool Perhaps =
          L.Kind != O.Kind && L.What == O.What &&
          (L.Kind == LockKind::Unknown || O.Kind == LockKind::Unknown);
      if (!L.sameLock(O) && !Perhaps)
        continue;
      Weaker |= Perhaps && L.Kind != LockKind::Unknown;
      if (Perhaps)
        L.Kind = LockKind::Unknown;
      Both.push_back(L);
      break;
    }
  Into.Held = std::move(Both);
  std::sort(Into.Held.begin(), Into.Held.end());
  std::erase_if(Into.Dropped, [&](const Origin &O) {
    return std::find(From.Dropped.begin(), From.Dropped.end(), O) ==
           From.Dropped.end();
  });
  Weaker |= From.Away && !Into.Away;
  Into.Away |= From.Away;
  if (Into.AwayGuard == None)
    Into.AwayGuard = From.AwayGuard;
  return Weaker || Into.Held.size() + Into.Dropped.size() != Before;
}

void LockFlow::note(EventId E, LockChange Change) {
  Change.At = E;
  Changes[E].push_back(Change);
}

void LockFlow::acquire(LockState &S, HeldLock L, HeldIf Result) {
  LockChange Change;
  Change.Takes = true;
  Change.Lock = L;
  Change.Result = Result;
  note(L.Acquired, Change);
  std::erase(S.Dropped, L.What);
  for (const HeldLock &Old : S.Held)
    if (Old.sameLock(L) && Old.Acquired == L.Acquired)
      return;
  S.Held.push_back(L); // a second time, when callers or a section hold it
  std::sort(S.Held.begin(), S.Held.end());
}

/// Readers and writers give the same lock back by the same call.
static bool sameFamily(LockKind A, LockKind B) {
  auto Family = [](LockKind K) {
    return K == LockKind::Shared ? LockKind::Native : K;
  };
  return Family(A) == Family(B) || A == LockKind::Unknown ||
         B == LockKind::Unknown;
}

/// The field or place that holds a lock; None when nothing is known of it.
static EntityId holderOf(const Program &P, const Origin &What) {
  if (What.Kind != OperandKind::Load && What.Kind != OperandKind::Address)
    return None;
  const Path &Where = P.path(What.Index);
  for (size_t I = Where.Steps.size(); I--;)
    if (Where.Steps[I].Kind == StepKind::Field)
      return Where.Steps[I].Field;
  return Where.Root == RootKind::Place ? Where.Index : None;
}

/// The lock of \p Held that an unlock of \p L means although it names it
/// another way: the only one of its kind.
const HeldLock *LockFlow::onlyCandidate(const std::vector<HeldLock> &Held,
                                        const HeldLock &L) const {
  const HeldLock *Only = nullptr;
  for (const HeldLock &O : Held) {
    if (O.Kind != L.Kind &&
        !(O.Kind == LockKind::Shared && sameFamily(O.Kind, L.Kind)))
      continue;
    if (Only)
      return nullptr;
    Only = &O;
  }
  return Only;
}

/// \p Holder: what holds the lock, as the callee says it.
void LockFlow::release(LockState &S, EventId E, const HeldLock &L,
                       EntityId Holder) {
  LockChange Change;
  Change.Lock = L;
  Change.Holder = Holder;
  // Of a lock that is held more than once, what was taken last goes first.
  auto It = S.Held.end();
  for (auto At = S.Held.begin(); At != S.Held.end(); ++At)
    if (At->What == L.What && (It == S.Held.end() || At->Acquired != None))
      It = At;
  if (It == S.Held.end())
    if (const HeldLock *Only = onlyCandidate(S.Held, L)) {
      EntityId Held = holderOf(P, Only->What);
      bool Other = Held != None && Holder != None && Held != Holder;
      Change.Misnamed = true;
      Change.Instead = *Only;
      if (!Other)
        It = S.Held.begin() + (Only - S.Held.data());
    }
  Change.Again =
      It == S.Held.end() &&
      std::find(S.Dropped.begin(), S.Dropped.end(), L.What) != S.Dropped.end();
  if (It != S.Held.end()) {
    Change.Instead = *It;
    S.Dropped.push_back(It->What);
    S.Held.erase(It);
  }
  note(E, Change);
}

void LockFlow::release(LockState &S, EventId E, const HeldLock &L) {
  release(S, E, L, holderOf(P, L.What));
}

bool LockFlow::releaseHandle(LockState &S, EventId E, uint32_t Handle) {
  bool Any = false;
  for (size_t I = S.Held.size(); Handle != None && I--;) {
    if (S.Held[I].Handle != Handle)
      continue;
    LockChange Change;
    Change.Lock = Change.Instead = S.Held[I];
    note(E, Change);
    S.Held.erase(S.Held.begin() + I);
    Any = true;
  }
  return Any;
}

//===-- Results -----------------------------------------------------------===//

/// What the result of the call that took \p L, or a question to its guard,
/// says at \p Branch; Always when the branch is about something else.
HeldIf LockFlow::resultFor(const HeldLock &L, EventId Branch) const {
  const std::vector<Origin> &Subject = V.value(Branch);
  if (L.Acquired == None || Subject.size() != 1 ||
      Subject[0].Kind != OperandKind::Result || Subject[0].Out)
    return HeldIf::Always;
  EventId Asked = Subject[0].Index;
  if (Asked == L.Acquired) {
    auto It = Changes.find(Asked);
    if (It != Changes.end())
      for (const LockChange &C : It->second)
        if (C.Takes && C.Lock.What == L.What)
          return C.Result;
    return HeldIf::Always;
  }
  const ApiFunction *Api = P.api(Body.Events[Asked]);
  bool AsksGuard = Api && Api->Lock && Api->Lock->Action == LockAction::Query &&
                   L.Handle != None && handleOf(Asked, 0) == L.Handle;
  return AsksGuard ? Api->Lock->Result : HeldIf::Always;
}

/// Is the lock held on the edge of \p Branch on which its test \p Holds?
/// Nothing when that cannot be told.
std::optional<bool> LockFlow::tells(HeldIf Result, EventId Branch,
                                    bool Holds) const {
  const Event &Test = Body.Events[Branch];
  bool ToNumber =
      Test.Test == TestKind::EqualConst || Test.Test == TestKind::NotEqualConst;
  bool Is = Holds == (Test.Test == TestKind::IsZero ||
                      Test.Test == TestKind::EqualConst);
  if (ToNumber) {
    // A known number: those that say success are 1, and -1 for MinusOne.
    bool Known =
        !Test.Args.empty() && Test.Args[0].Kind == OperandKind::Constant;
    int32_t Number = Known ? static_cast<int32_t>(Test.Args[0].Index) : 0;
    bool Success = (Result == HeldIf::NonZero && Number == 1) ||
                   (Result == HeldIf::MinusOne && Number == -1);
    if (Result == HeldIf::Unknown || !Known)
      return std::nullopt;
    if (Is)
      return Success;
    return Success ? std::optional<bool>(false) : std::nullopt;
  }
  if (Test.Test == TestKind::Less && Holds && Result != HeldIf::Unknown)
    return Result == HeldIf::MinusOne;
  if (Test.Test != TestKind::IsZero && Test.Test != TestKind::NonZero)
    return std::nullopt;
  switch (Result) {
  case HeldIf::NonZero:
    return !Is;
  case HeldIf::Zero:
    return Is;
  case HeldIf::MinusOne:
    return Is ? std::optional<bool>(false) : std::nullopt;
  default:
    return std::nullopt;
  }
}

/// Does the guard \p L belongs to end behind \p Handler, which is to say was
/// it made before the try?
bool LockFlow::outlives(const HeldLock &L, uint32_t Handler) const {
  std::vector<bool> Seen(Body.Blocks.size());
  std::vector<uint32_t> Work{Handler};
  while (!Work.empty()) {
    uint32_t B = Work.back();
    Work.pop_back();
    if (Seen[B])
      continue;
    Seen[B] = true;
    for (EventId E : Body.Blocks[B].Events) {
      const Event &Call = Body.Events[E];
      if (Call.Kind != EventKind::Call || handleOf(E, 0) != L.Handle)
        continue;
      if (isDestructor(Call))
        return true;
      if (E == L.Acquired)
        return false;
    }
    for (uint32_t Next : Body.Blocks[B].Succs)
      if (Next != None)
        Work.push_back(Next);
  }
  return false;
}

/// On the way to a handler the guards made inside the try have ended.
void LockFlow::unwind(LockState &S, uint32_t Block, uint32_t Successor) const {
  llvm::ArrayRef<uint32_t> Events = Body.Blocks[Block].Events;
  llvm::ArrayRef<uint32_t> Succs = Body.Blocks[Block].Succs;
  EventKind Last =
      Events.empty() ? EventKind::Read : Body.Events[Events.back()].Kind;
  bool Exceptional =
      Last == EventKind::Throw ||
      (Last != EventKind::Branch && Succs.size() == 2 && Successor == 1);
  if (Exceptional && Succs[Successor] != Body.Exit)
    std::erase_if(S.Held, [&](const HeldLock &L) {
      return L.Handle != None && !outlives(L, Succs[Successor]);
    });
}

void LockFlow::edge(LockState &S, uint32_t Block, uint32_t Successor) {
  Out[Block] = S;
  unwind(S, Block, Successor);
  llvm::ArrayRef<uint32_t> Events = Body.Blocks[Block].Events;
  if (Events.empty() || Body.Blocks[Block].Succs.size() != 2 ||
      Body.Events[Events.back()].Kind != EventKind::Branch)
    return;
  EventId Branch = Events.back();
  std::vector<HeldLock> Held;
  for (HeldLock L : S.Held) {
    HeldIf Result = resultFor(L, Branch);
    if (Result == HeldIf::Always) {
      Held.push_back(L);
      continue;
    }
    std::optional<bool> Taken = tells(Result, Branch, Successor == 0);
    if (Taken && !*Taken)
      continue;
    if (Taken)
      for (const LockChange &C : Changes[L.Acquired])
        if (C.Takes && C.Lock.What == L.What)
          L.Kind = C.Lock.Kind;
    Held.push_back(L);
  }
  S.Held = std::move(Held);
  std::sort(S.Held.begin(), S.Held.end());
}

//===-- The whole function ------------------------------------------------===//

/// The locks of \p S that other threads cannot have now.
static std::vector<HeldLock> effective(const LockState &S) {
  std::vector<HeldLock> Held = S.Held;
  if (S.Away)
    std::erase_if(Held, [](const HeldLock &L) {
      return L.Kind == LockKind::CriticalSection;
    });
  return Held;
}

/// Critical sections are let go with the thread state, and taken again with it.
void LockFlow::turn(LockState &S, EventId E, const EffectFact &Effect) {
  if (Effect.Attaches == Effect.Detaches || Effect.Restores)
    return;
  S.Away = Effect.Detaches;
  S.AwayGuard = Effect.Detaches ? handleOf(E, 0) : None;
}

void LockFlow::transfer(LockState &S, EventId E) {
  States.Held[E] = internSet(effective(S));
  Changes.erase(E);
  const Event &Call = Body.Events[E];
  if (Call.Kind != EventKind::Call)
    return;
  if (S.AwayGuard != None && isDestructor(Call) &&
      handleOf(E, 0) == S.AwayGuard) {
    S.Away = false;
    S.AwayGuard = None;
    return;
  }
  if (isDestructor(Call) && releaseHandle(S, E, handleOf(E, 0)))
    return;
  const ApiFunction *Api = P.api(Call);
  if (Api && Api->Lock)
    return applyApi(S, E, *Api->Lock);
  if (Api && Api->Effect && (Api->Effect->Attaches || Api->Effect->Detaches))
    return turn(S, E, *Api->Effect); // `lock` in its name means the GIL
  if (applyPromises(S, E))
    return;
  if (auto It = P.BodyOf.find(Call.Callee); It != P.BodyOf.end())
    return applySummary(S, E, It->second);
  // Tags (`std::defer_lock`) are copied without a name.
  bool Tag = Call.Callee != None && P.entity(Call.Callee).has(EF_Constructor) &&
             handleOf(E, 0) == None;
  if (!Api && !Tag && !Call.has(EV_MethodCall | EV_Implicit))
    applyName(S, E);
}

void LockFlow::run() {
  Out.resize(Body.Blocks.size());
  internSet({});
  States.Held.assign(Body.Events.size(), 0);
  forwardFlow(Body, *this);
  for (auto &[E, Of] : Changes)
    States.Changes.insert(States.Changes.end(), Of.begin(), Of.end());
  if (States.Sets.size() == 1) { // the empty one: most functions take no lock
    States.Sets = {};
    States.Held = {};
  }
}

} // namespace ungil
