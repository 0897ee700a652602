//===- Locks.cpp - locks held at every event ------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Across functions: bottom-up, what a function has acquired or released when
// it returns (lock wrappers, guard classes) and what it takes on the way;
// top-down, what every caller holds (helpers that rely on their callers).
// LockFlow.h is about the inside of a function.
//
//===----------------------------------------------------------------------===//

#include "Link/Agenda.h"
#include "Link/Effects.h"
#include "Link/Flow.h"
#include "Link/LockFlow.h"
#include "Link/Passes.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>

namespace ungil {
namespace {

class LockPass {
public:
  explicit LockPass(Program &P) : P(P), Summaries(P.Functions.size()) {}
  void run();

private:
  bool changesLocks(FunctionId F) const;
  LockSummary analyse(FunctionId F);
  void summarise();
  bool improveEntry(FunctionId F);
  std::vector<HeldLock> sectionsAtEntry(FunctionId F);
  Origin inCallee(const Origin &O, const Event &Call, const Values &V,
                  EventId E, const Function &Callee);
  void findTaken(FunctionId F);
  bool inheritTaken(FunctionId F, EventId E, FunctionId Callee);
  bool flagDecides(FunctionId F, EventId E) const;

  Program &P;
  std::vector<LockSummary> Summaries;
  std::vector<bool> EntryKnown;
};

/// May any event of \p F change the set of locks? Calls of functions that
/// nothing is known of may, by their names.
bool LockPass::changesLocks(FunctionId F) const {
  bool Promises = !P.Facts.Promises.empty();
  return llvm::any_of(P.calls(F), [&](const KnownCall &Call) {
    auto Callee = [&] { return P.body(F).Events[Call.Event].Callee; };
    if ((Call.Api && Call.Api->Lock) ||
        (Promises && !P.promisesOf(Callee()).empty()))
      return true;
    if (Call.Body != None)
      return Summaries[Call.Body] != LockSummary();
    return !Call.Api && Callee() != None;
  });
}

/// Finds the locks held in \p F.
LockSummary LockPass::analyse(FunctionId F) {
  if (P.Functions[F].EntryLocks.empty() && !changesLocks(F)) {
    P.Functions[F].Locks = {};
    return {};
  }
  LockFlow Flow(P, F, Summaries);
  Flow.run();
  LockSummary Found = Flow.summary();
  P.Functions[F].Locks = std::move(Flow.States);
  return Found;
}

/// Bottom-up. Wrappers first: three rounds settle wrappers of wrappers.
void LockPass::summarise() {
  Agenda Work(P, 3);
  for (FunctionId F; (F = Work.next()) != None;)
    if (LockSummary New = analyse(F); New != Summaries[F]) {
      Summaries[F] = std::move(New);
      Work.addCallers(P.Functions[F]);
    }
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

/// The sections that a binding tool holds whenever it calls \p F.
std::vector<HeldLock> LockPass::sectionsAtEntry(FunctionId F) {
  std::vector<HeldLock> Held;
  const FunctionInfo &Info = P.Functions[F];
  for (uint32_t I : Info.Entries) {
    std::vector<HeldLock> Here;
    for (uint32_t Param : P.Facts.EntryPoints[I].Locked) {
      HeldLock L;
      L.Kind = LockKind::CriticalSection;
      L.What = {OperandKind::Load, P.intern({RootKind::Local, Param, {}}), 0};
      Here.push_back(L);
    }
    if (I == Info.Entries.front())
      Held = std::move(Here);
    else
      std::erase_if(Held, [&](const HeldLock &L) {
        return std::find(Here.begin(), Here.end(), L) == Here.end();
      });
  }
  return Held;
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
  if (Info.Callers.empty() && !Info.AddressTaken)
    Common = sectionsAtEntry(F);
  std::vector<HeldLock> Promised;
  if (!P.Facts.Promises.empty())
    Promised = promisedAtEntry(P, P.body(F).Id);
  for (const HeldLock &L : Promised)
    if (std::none_of(Common.begin(), Common.end(),
                     [&](const HeldLock &O) { return O.What == L.What; }))
      Common.push_back(L);
  std::sort(Common.begin(), Common.end());
  bool Changed = !EntryKnown[F] || Common != Info.EntryLocks;
  Info.EntryLocks = std::move(Common);
  EntryKnown[F] = true;
  return Changed;
}

//===-- What is taken on the way ------------------------------------------===//

/// Does an argument of the function decide whether \p E runs?
bool LockPass::flagDecides(FunctionId F, EventId E) const {
  const Function &Body = P.body(F);
  EventOrder Order(Body);
  std::vector<uint32_t> Dom = dominators(Body);
  uint32_t B = Order.Block[E];
  while (B != None && Dom[B] != B && Dom[B] != None) {
    B = Dom[B];
    llvm::ArrayRef<uint32_t> Events = Body.Blocks[B].Events;
    if (Events.empty() || Body.Events[Events.back()].Kind != EventKind::Branch)
      continue;
    for (const Origin &O : P.Functions[F].Value.value(Events.back()))
      if (O.Kind == OperandKind::Load) {
        const Path &Where = P.path(O.Index);
        if (Where.Root == RootKind::Local && Where.Steps.empty() &&
            Body.Locals[Where.Index].Class == TypeClass::Scalar)
          return true;
      }
  }
  return false;
}

void LockPass::findTaken(FunctionId F) {
  FunctionInfo &Info = P.Functions[F];
  for (const LockChange &C : Info.Locks.Changes) {
    const ApiFunction *Api = P.api(P.body(F).Events[C.At]);
    bool Waits =
        Api && Api->Lock && Api->Lock->Action != LockAction::TryAcquire;
    if (C.Takes && Waits && C.Result != HeldIf::Unknown &&
        C.Lock.Kind != LockKind::Unknown &&
        C.Lock.What.Kind != OperandKind::Unknown)
      Info.Takes.push_back({C.At, C.Lock, {F, C.At}, flagDecides(F, C.At)});
  }
}

/// Adds to \p F what its call \p E of \p Callee takes. True when it is more.
bool LockPass::inheritTaken(FunctionId F, EventId E, FunctionId Callee) {
  constexpr size_t MaxTaken = 64;
  FunctionInfo &Info = P.Functions[F];
  bool Changed = false;
  for (const TakenLock &T : P.Functions[Callee].Takes) {
    // A helper that gives the lock back first takes it for its caller again.
    const std::vector<LockChange> &Inside = P.Functions[Callee].Locks.Changes;
    bool Returns =
        std::any_of(Inside.begin(), Inside.end(), [&](const LockChange &C) {
          return !C.Takes && C.Lock.What == T.Lock.What &&
                 C.Instead.Acquired == None;
        });
    HeldLock L = inCaller(P, T.Lock, F, E);
    if (Returns || L.What.Kind == OperandKind::Unknown ||
        Info.Takes.size() >= MaxTaken)
      continue;
    bool Known = std::any_of(Info.Takes.begin(), Info.Takes.end(),
                             [&](const TakenLock &Old) {
                               return Old.Event == E && Old.Lock.sameLock(L);
                             });
    if (Known)
      continue;
    bool Perhaps = T.Perhaps || flagDecides(F, E);
    Info.Takes.push_back({E, L, T.At, Perhaps});
    Changed = true;
  }
  return Changed;
}

void LockPass::run() {
  size_t N = P.Functions.size();
  EntryKnown.assign(N, false);
  if (!P.Facts.Promises.empty())
    for (FunctionId F = 0; F != N; ++F)
      P.Functions[F].EntryLocks = promisedAtEntry(P, P.body(F).Id);
  summarise();
  for (int Round = 0; Round != 6; ++Round) {
    bool Changed = false;
    for (FunctionId F = 0; F != N; ++F)
      if (improveEntry(F)) {
        Changed = true;
        analyse(F); // what callers hold it does not acquire for them
      }
    if (!Changed)
      break;
  }
  for (FunctionId F = 0; F != N; ++F)
    findTaken(F);
  // Functions that take more than their callers have been told of.
  Agenda Work(P);
  for (FunctionId F; (F = Work.next()) != None;)
    if (!P.Functions[F].Takes.empty())
      for (const CallSite &C : P.Functions[F].Callers)
        if (C.Event != None && !C.Handed && C.Caller != F &&
            inheritTaken(C.Caller, C.Event, F))
          Work.add(C.Caller);
}

} // namespace

void computeLocks(Program &P) { LockPass(P).run(); }

} // namespace ungil
