//===- Locks.cpp - locks held at every event ------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Inside a function: a forward data-flow of the set of locks held, joined by
// intersection. Across functions: bottom-up, what a function has acquired or
// released when it returns (lock wrappers, guard classes); top-down, what
// every caller holds (helpers that rely on their callers).
//
//===----------------------------------------------------------------------===//

#include "Link/Flow.h"
#include "Link/Passes.h"
#include <algorithm>

namespace ungil {
namespace {

/// What a call of a function does to the caller's locks; paths are rooted in
/// the function's parameters or in places.
struct LockSummary {
  std::vector<HeldLock> Acquires;
  std::vector<HeldLock> Releases;
  bool operator==(const LockSummary &) const = default;
};

struct LockState {
  std::vector<HeldLock> Held; ///< sorted
};

class LockPass {
public:
  explicit LockPass(Program &P) : P(P), Summaries(P.Functions.size()) {}
  void run();

private:
  friend class LockFlow;
  void analyse(FunctionId F);
  bool improveEntry(FunctionId F);
  Origin inCallee(const Origin &O, const Event &Call, const Values &V,
                  EventId E, const Function &Callee);

  Program &P;
  std::vector<LockSummary> Summaries;
  std::vector<bool> EntryKnown;
};

class LockFlow {
public:
  LockFlow(LockPass &Pass, FunctionId F)
      : Pass(Pass), P(Pass.P), F(F), Body(P.body(F)), V(P.Functions[F].Value) {}

  LockState entry();
  bool join(LockState &Into, const LockState &From);
  void transfer(LockState &S, EventId E);

  /// One way out of the function, with the state there.
  void atExit(const LockState &S);

  /// What callers see: a lock that the function itself takes on some path is
  /// not one that it releases for them.
  LockSummary summary() {
    std::erase_if(Summary.Releases, [&](const HeldLock &R) {
      return std::any_of(Acquired.begin(), Acquired.end(),
                         [&](const HeldLock &L) { return L.What == R.What; });
    });
    return Summary;
  }

  LockStates States;

private:
  void acquire(LockState &S, HeldLock L);
  void release(LockState &S, const Origin &What, LockKind Kind);
  bool releaseHandle(LockState &S, uint32_t Handle);
  void applyApi(LockState &S, EventId E, const ApiFunction &Api);
  void applySummary(LockState &S, EventId E, const LockSummary &Sum,
                    const Function &Callee);
  void applyName(LockState &S, EventId E);
  uint32_t handleOf(EventId E, int Arg);
  Origin objectOf(EventId E, int Arg, LockKind Kind);
  uint32_t internSet(const std::vector<HeldLock> &Set);

  LockPass &Pass;
  Program &P;
  FunctionId F;
  const Function &Body;
  const Values &V;
  LockSummary Summary;
  bool SawExit = false;
  std::vector<HeldLock> Acquired;
  std::map<std::vector<HeldLock>, uint32_t> SetIndex;
};

uint32_t LockFlow::internSet(const std::vector<HeldLock> &Set) {
  if (States.Sets.empty()) {
    States.Sets.push_back({});
    SetIndex[{}] = 0;
  }
  auto [It, New] = SetIndex.try_emplace(Set, States.Sets.size());
  if (New)
    States.Sets.push_back(Set);
  return It->second;
}

LockState LockFlow::entry() {
  LockState S;
  S.Held = P.Functions[F].EntryLocks;
  return S;
}

bool LockFlow::join(LockState &Into, const LockState &From) {
  std::vector<HeldLock> Both;
  for (const HeldLock &L : Into.Held)
    for (const HeldLock &O : From.Held)
      if (L.sameLock(O)) {
        Both.push_back(L);
        break;
      }
  bool Changed = Both.size() != Into.Held.size();
  Into.Held = std::move(Both);
  return Changed;
}

void LockFlow::acquire(LockState &S, HeldLock L) {
  Acquired.push_back(L);
  for (const HeldLock &Old : S.Held)
    if (Old.sameLock(L))
      return;
  S.Held.push_back(L);
  std::sort(S.Held.begin(), S.Held.end());
}

void LockFlow::release(LockState &S, const Origin &What, LockKind Kind) {
  auto Same = [&](const HeldLock &L) { return L.What == What; };
  auto It = std::find_if(S.Held.begin(), S.Held.end(), Same);
  // An unlock that names its lock another way releases the only candidate.
  if (It == S.Held.end()) {
    auto SameKind = [&](const HeldLock &L) { return L.Kind == Kind; };
    if (std::count_if(S.Held.begin(), S.Held.end(), SameKind) == 1)
      It = std::find_if(S.Held.begin(), S.Held.end(), SameKind);
  }
  if (It != S.Held.end()) {
    S.Held.erase(It);
    return;
  }
  HeldLock Lost;
  Lost.Kind = Kind;
  Lost.What = What;
  if (std::none_of(Summary.Releases.begin(), Summary.Releases.end(),
                   [&](const HeldLock &L) { return L.sameLock(Lost); }))
    Summary.Releases.push_back(Lost);
}

bool LockFlow::releaseHandle(LockState &S, uint32_t Handle) {
  if (Handle == None)
    return false;
  size_t Before = S.Held.size();
  std::erase_if(S.Held, [&](const HeldLock &L) { return L.Handle == Handle; });
  return S.Held.size() != Before;
}

/// The local whose address is argument \p Arg.
uint32_t LockFlow::handleOf(EventId E, int Arg) {
  const Event &Call = Body.Events[E];
  if (Arg < 0 || static_cast<size_t>(Arg) >= Call.Args.size() ||
      Call.Args[Arg].Kind != OperandKind::Address)
    return None;
  const Path &Where = P.path(Call.Args[Arg].Index);
  return Where.Root == RootKind::Local ? Where.Index : None;
}

/// Identity of the lock that argument \p Arg names: a section's object is a
/// value, a mutex the storage pointed to.
Origin LockFlow::objectOf(EventId E, int Arg, LockKind Kind) {
  const std::vector<Origin> &Set = V.arg(E, Arg < 0 ? 0 : Arg);
  if (Arg < 0 || Set.size() != 1)
    return {};
  Origin O = Set[0];
  if (Kind == LockKind::CriticalSection)
    return O;
  if (O.Kind == OperandKind::Load) {
    Path Pointee = P.path(O.Index);
    Pointee.Steps.push_back({StepKind::Deref, None});
    return {OperandKind::Address, P.intern(Pointee), 0};
  }
  return O;
}

void LockFlow::applyApi(LockState &S, EventId E, const ApiFunction &Api) {
  const LockFact &Lock = *Api.Lock;
  switch (Lock.Action) {
  case LockAction::Acquire:
  case LockAction::TryAcquire:
  case LockAction::Guard:
    for (int Arg : Lock.Objects) {
      if (Arg >= static_cast<int>(Body.Events[E].Args.size()))
        continue; // a variadic guard
      HeldLock L;
      L.Kind =
          Lock.Action == LockAction::TryAcquire ? LockKind::Unknown : Lock.Kind;
      L.What = objectOf(E, Arg, Lock.Kind);
      L.Handle =
          handleOf(E, Lock.Action == LockAction::Guard ? 0 : Lock.Handle);
      L.Acquired = E;
      acquire(S, L);
    }
    return;
  case LockAction::Release:
    if (Lock.Handle >= 0) {
      // A section that this function began ends here on every path, also
      // where the flow could not prove that it was begun.
      uint32_t Handle = handleOf(E, Lock.Handle);
      if (releaseHandle(S, Handle) || (Handle != None && Handle >= Body.Params))
        return;
    }
    for (int Arg : Lock.Objects)
      if (!releaseHandle(S, handleOf(E, Arg)))
        release(S, objectOf(E, Arg, Lock.Kind), Lock.Kind);
    if (Lock.Objects.empty())
      release(S, objectOf(E, Lock.Handle, LockKind::Mutex), Lock.Kind);
    return;
  case LockAction::Query:
    return;
  }
}

/// Rewrites a lock of the callee in terms of the caller.
static Origin substitute(Program &P, const Origin &O, const Values &V,
                         EventId E, const Function &Callee) {
  if (O.Kind != OperandKind::Load && O.Kind != OperandKind::Address)
    return O;
  Path Where = P.path(O.Index);
  if (Where.Root == RootKind::Place)
    return O;
  if (Where.Root != RootKind::Local || Where.Index >= Callee.Params)
    return {};
  const std::vector<Origin> &Arg = V.arg(E, Where.Index);
  if (Arg.size() != 1)
    return {};
  if (Where.Steps.empty())
    return O.Kind == OperandKind::Load ? Arg[0] : Origin{};
  if (Arg[0].Kind != OperandKind::Load && Arg[0].Kind != OperandKind::Address)
    return {};
  Path New = P.path(Arg[0].Index);
  auto Rest = Where.Steps.begin();
  if (Arg[0].Kind == OperandKind::Address)
    ++Rest;
  New.Steps.insert(New.Steps.end(), Rest, Where.Steps.end());
  return {O.Kind, P.intern(New), 0};
}

void LockFlow::applySummary(LockState &S, EventId E, const LockSummary &Sum,
                            const Function &Callee) {
  uint32_t Handle = handleOf(E, 0);
  bool Guard = Body.Events[E].has(EV_MethodCall) && Handle != None;
  if (!Sum.Releases.empty() && Guard && releaseHandle(S, Handle))
    return;
  for (const HeldLock &L : Sum.Releases)
    release(S, substitute(P, L.What, V, E, Callee), L.Kind);
  for (HeldLock L : Sum.Acquires) {
    L.What = substitute(P, L.What, V, E, Callee);
    L.Handle = Guard ? Handle : handleOf(E, L.Handle == None ? -1 : 0);
    L.Acquired = E;
    acquire(S, L);
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
  bool Lock = Name.find("lock") != std::string::npos ||
              Name.find("mutex") != std::string::npos;
  if (!Lock || Name.find("clock") != std::string::npos ||
      Name.find("block") != std::string::npos ||
      Name.find("init") != std::string::npos ||
      Name.find("alloc") != std::string::npos ||
      Name.find("free") != std::string::npos ||
      Name.find("destroy") != std::string::npos)
    return;
  Origin What =
      objectOf(E, Body.Events[E].Args.empty() ? -1 : 0, LockKind::Unknown);
  if (Name.find("unlock") != std::string::npos ||
      Name.find("release") != std::string::npos ||
      Name.find("leave") != std::string::npos) {
    release(S, What, LockKind::Unknown);
    return;
  }
  HeldLock L;
  L.What = What;
  L.Acquired = E;
  acquire(S, L);
}

void LockFlow::atExit(const LockState &S) {
  // Held on every way out, beyond what callers held: acquired for the caller.
  std::vector<HeldLock> Net;
  for (HeldLock L : S.Held) {
    if (L.Acquired == None)
      continue;
    // A guard of this function goes with it, seen (templates) or not.
    if (L.Handle != None && L.Handle >= Body.Params)
      continue;
    bool ParamOrPlace = false;
    if (L.What.Kind == OperandKind::Load ||
        L.What.Kind == OperandKind::Address) {
      const Path &Where = P.path(L.What.Index);
      ParamOrPlace =
          Where.Root == RootKind::Place ||
          (Where.Root == RootKind::Local && Where.Index < Body.Params);
    }
    if (!ParamOrPlace)
      L.What = {};
    L.Acquired = None;
    Net.push_back(L);
  }
  if (!SawExit)
    Summary.Acquires = Net;
  else
    std::erase_if(Summary.Acquires, [&](const HeldLock &L) {
      return std::none_of(Net.begin(), Net.end(),
                          [&](const HeldLock &O) { return O.sameLock(L); });
    });
  SawExit = true;
}

void LockFlow::transfer(LockState &S, EventId E) {
  if (States.Held.empty()) {
    internSet({});
    States.Held.assign(Body.Events.size(), 0);
  }
  States.Held[E] = internSet(S.Held);
  const Event &Call = Body.Events[E];
  if (Call.Kind != EventKind::Call)
    return;
  const ApiFunction *Api = P.api(Call);
  if (Api && Api->Lock)
    return applyApi(S, E, *Api);
  if (Api && Api->Effect && (Api->Effect->Attaches || Api->Effect->Detaches))
    return; // `lock` in such a name means the GIL
  if (auto It = P.BodyOf.find(Call.Callee); It != P.BodyOf.end())
    return applySummary(S, E, Pass.Summaries[It->second], P.body(It->second));
  if (Call.has(EV_MethodCall | EV_Implicit)) {
    releaseHandle(S, handleOf(E, 0)); // the destructor of a library's guard
    return;
  }
  if (!Api)
    applyName(S, E);
}

void LockPass::analyse(FunctionId F) {
  LockFlow Flow(*this, F);
  const Function &Body = P.body(F);
  // Runs the flow, then reads the state at the exit block's entry by running
  // each block that leads there once more.
  struct Exits {
    LockFlow &Flow;
    std::vector<std::optional<LockState>> Out;
    LockState entry() { return Flow.entry(); }
    bool join(LockState &A, const LockState &B) { return Flow.join(A, B); }
    void transfer(LockState &S, EventId E) { Flow.transfer(S, E); }
    void edge(LockState &S, uint32_t Block, uint32_t) { Out[Block] = S; }
  } WithExits{Flow, std::vector<std::optional<LockState>>(Body.Blocks.size())};
  forwardFlow(Body, WithExits);
  for (uint32_t B = 0; B != Body.Blocks.size(); ++B)
    for (uint32_t S : Body.Blocks[B].Succs)
      if (S == Body.Exit && WithExits.Out[B])
        Flow.atExit(*WithExits.Out[B]);
  if (Flow.States.Held.empty()) {
    Flow.States.Sets.push_back({});
    Flow.States.Held.assign(Body.Events.size(), 0);
  }
  P.Functions[F].Locks = std::move(Flow.States);
  Summaries[F] = Flow.summary();
}

/// Rewrites an origin of the caller in terms of the callee's parameters.
Origin LockPass::inCallee(const Origin &O, const Event &Call, const Values &V,
                          EventId E, const Function &Callee) {
  if (O.Kind == OperandKind::Load || O.Kind == OperandKind::Address)
    if (P.path(O.Index).Root == RootKind::Place)
      return O;
  for (uint32_t I = 0; I < Callee.Params && I < Call.Args.size(); ++I) {
    const std::vector<Origin> &Arg = V.arg(E, I);
    if (Arg.size() != 1)
      continue;
    if (Arg[0] == O)
      return {OperandKind::Load, P.intern({RootKind::Local, I, {}}), 0};
    // `helper(self)` while holding &self->mutex.
    if (O.Kind != OperandKind::Address && O.Kind != OperandKind::Load)
      continue;
    const Path Held = P.path(O.Index);
    Path Prefix;
    if (Arg[0].Kind == OperandKind::Load) {
      Prefix = P.path(Arg[0].Index);
      Prefix.Steps.push_back({StepKind::Deref, None});
    } else if (Arg[0].Kind == OperandKind::Address) {
      Prefix = P.path(Arg[0].Index);
    } else {
      continue;
    }
    if (Held.Root != Prefix.Root || Held.Index != Prefix.Index ||
        Held.Steps.size() < Prefix.Steps.size() ||
        !std::equal(Prefix.Steps.begin(), Prefix.Steps.end(),
                    Held.Steps.begin()))
      continue;
    Path New{RootKind::Local, I, {{StepKind::Deref, None}}};
    New.Steps.insert(New.Steps.end(), Held.Steps.begin() + Prefix.Steps.size(),
                     Held.Steps.end());
    return {O.Kind, P.intern(New), 0};
  }
  return {};
}

/// Intersects what the callers of \p F hold. True when it changed.
bool LockPass::improveEntry(FunctionId F) {
  FunctionInfo &Info = P.Functions[F];
  bool Outside =
      !Info.Entries.empty() || Info.AddressTaken || Info.Callers.empty();
  std::vector<HeldLock> Common;
  bool First = true;
  if (!Outside)
    for (const CallSite &Call : Info.Callers) {
      if (Call.Event == None || !EntryKnown[Call.Caller])
        continue; // not analysed yet: optimistic, corrected in a later round
      const FunctionInfo &Caller = P.Functions[Call.Caller];
      std::vector<HeldLock> Here;
      for (HeldLock L : Caller.Locks.at(Call.Event)) {
        L.What = Call.Handed
                     ? Origin{}
                     : inCallee(L.What, P.event({Call.Caller, Call.Event}),
                                Caller.Value, Call.Event, P.body(F));
        L.Handle = None;
        L.Acquired = None;
        Here.push_back(L);
      }
      if (First) {
        Common = Here;
      } else {
        std::erase_if(Common, [&](const HeldLock &L) {
          return std::none_of(Here.begin(), Here.end(),
                              [&](const HeldLock &O) { return O.sameLock(L); });
        });
      }
      First = false;
    }
  std::sort(Common.begin(), Common.end());
  bool Changed = !EntryKnown[F] || Common != Info.EntryLocks;
  Info.EntryLocks = std::move(Common);
  EntryKnown[F] = true;
  return Changed;
}

void LockPass::run() {
  size_t N = P.Functions.size();
  EntryKnown.assign(N, false);
  // Wrappers first: two rounds settle wrappers of wrappers.
  for (int Round = 0; Round != 3; ++Round) {
    std::vector<LockSummary> Before = Summaries;
    for (FunctionId F = 0; F != N; ++F)
      analyse(F);
    if (Before == Summaries)
      break;
  }
  std::vector<LockSummary> Settled = Summaries;
  for (int Round = 0; Round != 6; ++Round) {
    bool Changed = false;
    for (FunctionId F = 0; F != N; ++F)
      if (improveEntry(F)) {
        Changed = true;
        analyse(F);
        // What callers hold is not what the function acquires for them.
        Summaries[F] = Settled[F];
      }
    if (!Changed)
      break;
  }
}

} // namespace

void computeLocks(Program &P) { LockPass(P).run(); }

} // namespace ungil
