//===- Suspend.cpp - is a lock held without a break? ----------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Link/Suspend.h"
#include "Link/Flow.h"
#include <algorithm>

namespace ungil {

/// Blocks that control can pass between leaving \p From and coming to \p To,
/// by \p Next of each block.
template <class Neighbours>
static std::vector<bool> flood(size_t Blocks, uint32_t From, uint32_t To,
                               const Neighbours &Next) {
  std::vector<bool> Seen(Blocks);
  std::vector<uint32_t> Work{From};
  while (!Work.empty()) {
    uint32_t B = Work.back();
    Work.pop_back();
    for (uint32_t N : Next(B))
      if (N != None && !Seen[N]) {
        Seen[N] = true;
        if (N != To && N != From)
          Work.push_back(N);
      }
  }
  return Seen;
}

std::vector<EventId> eventsBetween(const Function &Body, EventId From,
                                   EventId To) {
  EventOrder Order(Body);
  uint32_t First = Order.Block[From], Last = Order.Block[To];
  std::vector<EventId> Events;
  if (First == None || Last == None)
    return Events;
  auto Add = [&](uint32_t B, size_t Begin, size_t End) {
    llvm::ArrayRef<uint32_t> Of = Body.Blocks[B].Events;
    for (size_t I = Begin; I < std::min(End, Of.size()); ++I)
      Events.push_back(Of[I]);
  };
  size_t After = Order.Position[From] + 1, Before = Order.Position[To];
  if (First == Last && After <= Before) {
    Add(First, After, Before);
    return Events;
  }
  std::vector<std::vector<uint32_t>> Preds(Body.Blocks.size());
  for (uint32_t B = 0; B != Body.Blocks.size(); ++B)
    for (uint32_t S : Body.Blocks[B].Succs)
      if (S != None)
        Preds[S].push_back(B);
  std::vector<bool> Ahead =
      flood(Body.Blocks.size(), First, Last,
            [&](uint32_t B) { return Body.Blocks[B].Succs; });
  std::vector<bool> Behind = flood(Body.Blocks.size(), Last, First,
                                   [&](uint32_t B) { return Preds[B]; });
  if (!Ahead[Last])
    return Events; // no way leads there
  Add(First, After, size_t(-1));
  for (uint32_t B = 0; B != Body.Blocks.size(); ++B)
    if (Ahead[B] && Behind[B] && B != First && B != Last)
      Add(B, 0, size_t(-1));
  Add(Last, 0, Before);
  return Events;
}

static bool isSuspendable(const HeldLock &L) {
  return L.Kind == LockKind::CriticalSection ||
         L.Kind == LockKind::CriticalSectionMutex;
}

Break Suspensions::ofSection(FunctionId F, const HeldLock &L, EventId E) const {
  CallEffect Effect = Runs.of({F, E});
  Break Worst{Effect.How, E, Effect.At};
  if (const ApiFunction *Api = P.api(P.event({F, E}));
      Api && Api->Effect && Api->Effect->Detaches)
    Worst = {Reach::Likely, E, {F, E}};
  for (const TakenLock &T : P.Functions[F].Takes) {
    bool Parks = T.Lock.Kind == LockKind::Mutex || isSuspendable(T.Lock);
    if (T.Event == E && Parks && T.Lock.What != L.What &&
        Worst.How < Reach::Waits)
      Worst = {Reach::Waits, E, T.At};
  }
  return Worst;
}

Break Suspensions::at(FunctionId F, const HeldLock &L, EventId E) const {
  const Event &Call = P.event({F, E});
  if (Call.Kind != EventKind::Call)
    return {};
  for (const LockChange &C : P.Functions[F].Locks.Changes)
    if (C.At == E && !C.Takes && C.Instead.What == L.What &&
        C.Instead.Acquired == L.Acquired)
      return {Reach::Python, E, {F, E}};
  if (isSuspendable(L))
    return ofSection(F, L, E);
  const ApiFunction *Api = P.api(Call);
  if (!Api || !Api->Lock || Api->Lock->Action != LockAction::Wait)
    return {};
  for (int Arg : Api->Lock->Objects) {
    for (const Origin &O : P.Functions[F].Value.arg(E, Arg))
      if (O == L.What)
        return {Reach::Python, E, {F, E}};
    if (static_cast<size_t>(Arg) < Call.Args.size() && L.Handle != None &&
        Call.Args[Arg].Kind == OperandKind::Address) {
      const Path &Guard = P.path(Call.Args[Arg].Index);
      if (Guard.Root == RootKind::Local && Guard.Index == L.Handle)
        return {Reach::Python, E, {F, E}};
    }
  }
  return {};
}

std::optional<Break> Suspensions::between(FunctionId F, const HeldLock &L,
                                          EventId From, EventId To) const {
  Break Worst;
  for (EventId E : eventsBetween(P.body(F), From, To)) {
    Break Here = at(F, L, E);
    if (Here.How > Worst.How)
      Worst = Here;
  }
  if (Worst.How == Reach::Nothing)
    return std::nullopt;
  return Worst;
}

} // namespace ungil
