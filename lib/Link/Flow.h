//===- Flow.h - forward data-flow over a function's blocks ------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One worklist for every analysis of a function: blocks in reverse post-order,
// states joined at block entries until nothing changes.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_LINK_FLOW_H
#define UNGIL_LINK_FLOW_H

#include "Facts/Facts.h"
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace ungil {

/// Blocks reachable from the entry, in reverse post-order.
std::vector<uint32_t> reversePostOrder(const Function &F);

/// Can control reach \p To after \p From has run?
bool reaches(const Function &F, uint32_t From, uint32_t To);

/// Block of each event (None for events of unreachable blocks), and its place
/// in the block.
struct EventOrder {
  explicit EventOrder(const Function &F);
  std::vector<uint32_t> Block;
  std::vector<uint32_t> Position;
};

/// Can event \p Then run after event \p First?
bool mayFollow(const Function &F, const EventOrder &Order, uint32_t First,
               uint32_t Then);

/// Immediate dominators by block; the entry's is itself, None if unreachable.
std::vector<uint32_t> dominators(const Function &F);

/// Runs \p Analysis to its fixed point. It provides
///   State entry();                      state where control enters
///   bool join(State &Into, const State &From);   true if Into changed
///   void transfer(State &, uint32_t Event);      one event
/// and, when it has one, `void edge(State &, block, successor number)`.
template <class Analysis> void forwardFlow(const Function &F, Analysis &A) {
  if (F.Blocks.empty())
    return;
  using State = decltype(A.entry());
  std::vector<uint32_t> Order = reversePostOrder(F);
  std::vector<uint32_t> Rank(F.Blocks.size(), None);
  for (uint32_t I = 0; I != Order.size(); ++I)
    Rank[Order[I]] = I;
  std::vector<std::optional<State>> In(F.Blocks.size());
  In[F.Entry] = A.entry();
  // Blocks to look at, by rank; none below Next.
  std::vector<bool> Work(Order.size());
  uint32_t Next = Rank[F.Entry];
  Work[Next] = true;
  // Lattices here are finite and small; the bound is a belt for facts that
  // were damaged on the way.
  for (size_t Steps = 0; Steps < 64 * Order.size() + 64; ++Steps) {
    while (Next != Order.size() && !Work[Next])
      ++Next;
    if (Next == Order.size())
      return;
    uint32_t Block = Order[Next];
    Work[Next] = false;
    State S = *In[Block];
    for (uint32_t E : F.Blocks[Block].Events)
      A.transfer(S, E);
    const auto &Succs = F.Blocks[Block].Succs;
    auto Enter = [&](uint32_t I, State Edge) {
      if (Succs[I] == None)
        return;
      if constexpr (requires { A.edge(Edge, Block, I); })
        A.edge(Edge, Block, I);
      std::optional<State> &Into = In[Succs[I]];
      bool Changed = !Into;
      if (!Into)
        Into = std::move(Edge);
      else
        Changed = A.join(*Into, Edge);
      if (Changed) {
        Work[Rank[Succs[I]]] = true;
        Next = std::min(Next, Rank[Succs[I]]);
      }
    };
    for (uint32_t I = 0; I + 1 < Succs.size(); ++I)
      Enter(I, S);
    if (!Succs.empty())
      Enter(Succs.size() - 1, std::move(S));
  }
}

} // namespace ungil

#endif
