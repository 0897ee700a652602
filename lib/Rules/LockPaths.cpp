//===- LockPaths.cpp - ways out with a lock held --------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rules/LockPaths.h"
#include "Link/Flow.h"
#include <algorithm>

namespace ungil::rules {
namespace {

/// The branch a block ends with, or None.
EventId branchOf(const Function &Body, uint32_t Block) {
  const std::vector<uint32_t> &Events = Body.Blocks[Block].Events;
  if (Events.empty() || Body.Events[Events.back()].Kind != EventKind::Branch)
    return None;
  return Events.back();
}

class Walk {
public:
  Walk(const Program &P, FunctionId F, EventId Taken,
       const std::function<bool(EventId)> &Releases)
      : Body(P.body(F)), V(P.Functions[F].Value), Releases(Releases),
        Order(Body), Doms(dominators(Body)), Seen(Body.Blocks.size()),
        Start(Order.Block[Taken]), From(Taken) {}

  std::optional<EventId> run();

private:
  bool follows(uint32_t Block, uint32_t Succ) const;
  std::optional<uint32_t> knownWay(EventId Branch) const;
  /// The last event of the block that does not release; None if one does.
  EventId pass(uint32_t Block, uint32_t First) const;

  const Function &Body;
  const Values &V;
  const std::function<bool(EventId)> &Releases;
  EventOrder Order;
  std::vector<uint32_t> Doms;
  std::vector<bool> Seen;
  uint32_t Start;
  EventId From;
};

/// The successor that \p Branch must take because a test of the same value
/// stood above the lock and only one of its ways leads to it.
std::optional<uint32_t> Walk::knownWay(EventId Branch) const {
  const Event &Test = Body.Events[Branch];
  if (Test.Test == TestKind::Other)
    return std::nullopt;
  for (uint32_t B = Start; B != Doms[B] && Doms[B] != None;) {
    uint32_t Below = B;
    B = Doms[B];
    EventId Above = branchOf(Body, B);
    if (Above == None || Body.Blocks[B].Succs.size() != 2)
      continue;
    const Event &Before = Body.Events[Above];
    bool Same = !V.value(Above).empty() && V.value(Above) == V.value(Branch) &&
                Before.Test == Test.Test;
    if (!Same)
      continue;
    for (uint32_t I = 0; I != 2; ++I)
      if (Body.Blocks[B].Succs[I] == Below)
        return I;
  }
  return std::nullopt;
}

/// Is the edge one that normal control can take?
bool Walk::follows(uint32_t Block, uint32_t Succ) const {
  const std::vector<uint32_t> &Succs = Body.Blocks[Block].Succs;
  EventId Branch = branchOf(Body, Block);
  // Two ways without a test: an exception out of a call.
  if (Branch == None)
    return Succs.size() == 1 || Succ == 0;
  std::optional<uint32_t> Known = knownWay(Branch);
  return !Known || *Known == Succ;
}

EventId Walk::pass(uint32_t Block, uint32_t First) const {
  const std::vector<uint32_t> &Events = Body.Blocks[Block].Events;
  EventId Last = From;
  for (uint32_t I = First; I < Events.size(); ++I) {
    if (Releases(Events[I]))
      return None;
    Last = Events[I];
  }
  return Last;
}

std::optional<EventId> Walk::run() {
  if (Start == None)
    return std::nullopt;
  struct Stop {
    uint32_t Block;
    EventId Last;
  };
  std::vector<Stop> Work;
  EventId Last = pass(Start, Order.Position[From] + 1);
  if (Last != None)
    Work.push_back({Start, Last});
  while (!Work.empty()) {
    Stop At = Work.back();
    Work.pop_back();
    const std::vector<uint32_t> &Succs = Body.Blocks[At.Block].Succs;
    for (uint32_t I = 0; I != Succs.size(); ++I) {
      if (Succs[I] == None || !follows(At.Block, I))
        continue;
      if (Succs[I] == Body.Exit)
        return At.Last;
      if (Seen[Succs[I]])
        continue;
      Seen[Succs[I]] = true;
      EventId Next = pass(Succs[I], 0);
      if (Next != None)
        Work.push_back(
            {Succs[I], Body.Blocks[Succs[I]].Events.empty() ? At.Last : Next});
    }
  }
  return std::nullopt;
}

} // namespace

std::optional<EventId>
leavesHolding(const Program &P, FunctionId F, EventId Taken,
              const std::function<bool(EventId)> &Releases) {
  return Walk(P, F, Taken, Releases).run();
}

} // namespace ungil::rules
