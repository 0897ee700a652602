//===- Flow.cpp - forward data-flow over a function's blocks --------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Link/Flow.h"
#include <algorithm>

namespace ungil {

std::vector<uint32_t> reversePostOrder(const Function &F) {
  std::vector<uint32_t> Order;
  if (F.Blocks.empty())
    return Order;
  std::vector<bool> Seen(F.Blocks.size());
  std::vector<std::pair<uint32_t, uint32_t>> Stack{{F.Entry, 0}};
  Seen[F.Entry] = true;
  while (!Stack.empty()) {
    auto &[Block, Next] = Stack.back();
    const auto &Succs = F.Blocks[Block].Succs;
    if (Next == Succs.size()) {
      Order.push_back(Block);
      Stack.pop_back();
      continue;
    }
    uint32_t Succ = Succs[Next++];
    if (Succ != None && !Seen[Succ]) {
      Seen[Succ] = true;
      Stack.push_back({Succ, 0});
    }
  }
  std::reverse(Order.begin(), Order.end());
  return Order;
}

bool reaches(const Function &F, uint32_t From, uint32_t To) {
  std::vector<bool> Seen(F.Blocks.size());
  std::vector<uint32_t> Stack;
  auto Push = [&](uint32_t Block) {
    for (uint32_t S : F.Blocks[Block].Succs)
      if (S != None && !Seen[S]) {
        Seen[S] = true;
        Stack.push_back(S);
      }
  };
  for (Push(From); !Stack.empty();) {
    uint32_t Block = Stack.back();
    Stack.pop_back();
    if (Block == To)
      return true;
    Push(Block);
  }
  return false;
}

EventOrder::EventOrder(const Function &F)
    : Block(F.Events.size(), None), Position(F.Events.size(), 0) {
  for (uint32_t B = 0; B != F.Blocks.size(); ++B)
    for (uint32_t I = 0; I != F.Blocks[B].Events.size(); ++I) {
      Block[F.Blocks[B].Events[I]] = B;
      Position[F.Blocks[B].Events[I]] = I;
    }
}

bool mayFollow(const Function &F, const EventOrder &Order, uint32_t First,
               uint32_t Then) {
  uint32_t From = Order.Block[First], To = Order.Block[Then];
  if (From == None || To == None)
    return false;
  return (From == To && Order.Position[First] < Order.Position[Then]) ||
         reaches(F, From, To);
}

std::vector<uint32_t> dominators(const Function &F) {
  std::vector<uint32_t> Order = reversePostOrder(F);
  std::vector<uint32_t> Rank(F.Blocks.size(), None), Dom(F.Blocks.size(), None);
  for (uint32_t I = 0; I != Order.size(); ++I)
    Rank[Order[I]] = I;
  std::vector<std::vector<uint32_t>> Preds(F.Blocks.size());
  for (uint32_t B : Order)
    for (uint32_t S : F.Blocks[B].Succs)
      if (S != None)
        Preds[S].push_back(B);
  if (Order.empty())
    return Dom;
  Dom[F.Entry] = F.Entry;
  auto Meet = [&](uint32_t A, uint32_t B) {
    while (A != B) {
      while (Rank[A] > Rank[B])
        A = Dom[A];
      while (Rank[B] > Rank[A])
        B = Dom[B];
    }
    return A;
  };
  for (bool Changed = true; Changed;) {
    Changed = false;
    for (uint32_t B : Order) {
      if (B == F.Entry)
        continue;
      uint32_t New = None;
      for (uint32_t P : Preds[B])
        if (Dom[P] != None)
          New = New == None ? P : Meet(P, New);
      if (Dom[B] != New) {
        Dom[B] = New;
        Changed = true;
      }
    }
  }
  return Dom;
}

} // namespace ungil
