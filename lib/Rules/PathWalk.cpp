//===- PathWalk.cpp - the ways through one function -----------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rules/PathWalk.h"
#include <algorithm>
#include <set>
#include <tuple>

namespace ungil::rules {

static EventId lastOf(const Function &Body, uint32_t Block) {
  llvm::ArrayRef<uint32_t> Events = Body.Blocks[Block].Events;
  return Events.empty() ? None : Events.back();
}

PathWalk::PathWalk(const Program &P, FunctionId F,
                   const std::vector<EventId> &Watched)
    : P(P), Body(P.body(F)), V(P.Functions[F].Value) {
  for (EventId E = 0; E != Body.Events.size(); ++E) {
    const Event &Ev = Body.Events[E];
    std::optional<Origin> About;
    if (Ev.Kind == EventKind::Branch)
      About = branchSubject(E);
    else if (Ev.Kind == EventKind::Return)
      About = subject(Ev.Value, V.value(E));
    if (About)
      ++Interest[*About];
  }
  // Storage that is set to a number and asked about once has two meetings.
  for (EventId E = 0; E != Body.Events.size(); ++E)
    if (std::optional<Origin> Set = setToNumber(E))
      if (auto It = Interest.find(*Set); It != Interest.end())
        ++It->second;
  for (EventId E : Watched)
    Interest[{OperandKind::Result, E, 0}] += 2;
}

/// The value a test is about: where it came from when that is one thing, else
/// the local that holds it.
std::optional<Origin> PathWalk::subject(const Operand &Raw,
                                        const std::vector<Origin> &Set) const {
  if (Set.size() == 1 &&
      (Set[0].Kind == OperandKind::Load || Set[0].Kind == OperandKind::Result))
    return Set[0];
  if (Raw.Kind != OperandKind::Load)
    return std::nullopt;
  const Path &Where = P.path(Raw.Index);
  if (Where.Root != RootKind::Local || !Where.Steps.empty())
    return std::nullopt;
  return Origin{OperandKind::Load, Raw.Index, 0};
}

std::optional<Origin> PathWalk::branchSubject(EventId Branch) const {
  if (Body.Events[Branch].Test == TestKind::Other)
    return std::nullopt;
  return subject(Body.Events[Branch].Value, V.value(Branch));
}

/// The local or the storage that \p E sets to a number.
std::optional<Origin> PathWalk::setToNumber(EventId E) const {
  const Event &Ev = Body.Events[E];
  bool Number = Ev.Value.Kind == OperandKind::Null ||
                Ev.Value.Kind == OperandKind::Constant;
  if (Number && Ev.Kind == EventKind::Bind)
    return Origin{OperandKind::Load, Ev.Where, 0};
  if (Number && Ev.Kind == EventKind::Write && V.Events[E].Where.size() == 1)
    return Origin{OperandKind::Load, V.Events[E].Where[0], 0};
  return std::nullopt;
}

void PathWalk::learn(Facts &Known, EventId E) const {
  std::optional<Origin> Set = setToNumber(E);
  auto It = Set ? Interest.find(*Set) : Interest.end();
  if (It == Interest.end() || It->second < 2)
    return;
  const Operand &Value = Body.Events[E].Value;
  if (Value.Kind == OperandKind::Null)
    Known[*Set] = {true, 0};
  else
    Known[*Set] = {false, static_cast<int32_t>(Value.Index)};
}

/// What \p E makes out of date.
void PathWalk::forget(Facts &Known, EventId E) const {
  const Event &Ev = Body.Events[E];
  switch (Ev.Kind) {
  case EventKind::Call:
    std::erase_if(Known, [&](const auto &Fact) {
      return Fact.first.Kind == OperandKind::Result && Fact.first.Index == E;
    });
    for (const Operand &Arg : Ev.Args)
      if (Arg.Kind == OperandKind::Address)
        Known.erase({OperandKind::Load, Arg.Index, 0});
    return;
  case EventKind::Bind:
    Known.erase({OperandKind::Load, Ev.Where, 0});
    return;
  case EventKind::Write:
  case EventKind::ReadWrite:
    Known.erase({OperandKind::Load, Ev.Where, 0});
    for (PathId Where : V.Events[E].Where)
      Known.erase({OperandKind::Load, Where, 0});
    return;
  default:
    return;
  }
}

/// Can this way take the edge on which the test \p Holds? Notes what it says.
bool PathWalk::take(Facts &Known, EventId Branch, bool Holds) const {
  std::optional<Origin> About = branchSubject(Branch);
  if (!About)
    return true;
  const Event &Ev = Body.Events[Branch];
  bool Number =
      Ev.Test == TestKind::EqualConst || Ev.Test == TestKind::NotEqualConst;
  bool Is =
      Holds == (Ev.Test == TestKind::IsZero || Ev.Test == TestKind::EqualConst);
  std::optional<int32_t> Limit;
  if (Number && !Ev.Args.empty())
    Limit = static_cast<int32_t>(Ev.Args[0].Index);
  if (auto It = Known.find(*About); It != Known.end()) {
    const Learnt &L = It->second;
    if (Ev.Test == TestKind::Less) {
      if (L.Zero || L.Number)
        return Holds == (L.Number.value_or(0) < 0);
    } else if (!Number) {
      return Is == L.Zero;
    } else if (Limit && (L.Number || L.Zero)) {
      return Is == (L.Number.value_or(0) == *Limit);
    }
  }
  auto It = Interest.find(*About);
  if (It == Interest.end() || It->second < 2)
    return true;
  if (!Number && Ev.Test != TestKind::Less)
    Known[*About] = {Is, Is ? std::optional<int32_t>(0) : std::nullopt};
  else if (Number && Is && Limit)
    Known[*About] = {*Limit == 0, Limit};
  else if (Ev.Test == TestKind::Less && Holds)
    Known[*About] = {false, std::nullopt};
  return true;
}

std::optional<Learnt> PathWalk::returned(const Facts &Known,
                                         EventId Return) const {
  const Operand &Raw = Body.Events[Return].Value;
  if (Raw.Kind == OperandKind::Load)
    if (auto It = Known.find({OperandKind::Load, Raw.Index, 0});
        It != Known.end())
      return It->second;
  const std::vector<Origin> &Set = V.value(Return);
  if (Set.size() != 1)
    return std::nullopt;
  if (Set[0].Kind == OperandKind::Null)
    return Learnt{true, 0};
  if (Set[0].Kind == OperandKind::Constant)
    return Learnt{false, static_cast<int32_t>(Set[0].Index)};
  if (auto It = Known.find(Set[0]); It != Known.end())
    return It->second;
  return std::nullopt;
}

/// Does the block end in longjmp()? Other calls that do not come back end the
/// process.
bool PathWalk::jumpsAway(uint32_t Block) const {
  EventId Last = lastOf(Body, Block);
  if (Last == None || Body.Events[Last].Kind != EventKind::Call)
    return false;
  const ApiFunction *Api = P.api(Body.Events[Last]);
  return Api && Api->Effect && Api->Effect->Leaves;
}

std::vector<WayOut> PathWalk::run(const Visitor &Visit) const {
  constexpr size_t MaxNodes = 8192;
  struct Node {
    uint32_t Block;
    uint32_t From; ///< node before, None at the entry
    int State;
    Facts Known;
    EventId Last;
  };
  std::vector<WayOut> Ways;
  if (Body.Blocks.empty())
    return Ways;
  std::vector<Node> Nodes{{Body.Entry, None, 0, {}, None}};
  std::set<std::tuple<uint32_t, int, Facts>> Seen;
  for (uint32_t N = 0; N != Nodes.size() && N < MaxNodes; ++N) {
    Node At = Nodes[N];
    std::optional<Learnt> Returned;
    for (EventId E : Body.Blocks[At.Block].Events) {
      At.State = Visit(At.State, E);
      if (At.State < 0)
        break;
      forget(At.Known, E);
      learn(At.Known, E);
      At.Last = E;
      if (Body.Events[E].Kind == EventKind::Return)
        Returned = returned(At.Known, E);
    }
    if (At.State < 0)
      continue;
    llvm::ArrayRef<uint32_t> Succs = Body.Blocks[At.Block].Succs;
    auto Leave = [&] {
      WayOut Way{At.State, At.Last, {}, Returned, At.Known, false};
      for (uint32_t B = N; B != None; B = Nodes[B].From)
        Way.Blocks.push_back(Nodes[B].Block);
      for (uint32_t B : Way.Blocks)
        if (EventId Last = lastOf(Body, B); Last != None)
          Way.Vague |= Body.Events[Last].Kind == EventKind::Branch &&
                       Body.Events[Last].Value.Kind == OperandKind::Choice;
      std::reverse(Way.Blocks.begin(), Way.Blocks.end());
      Ways.push_back(std::move(Way));
    };
    if (Succs.empty() && jumpsAway(At.Block))
      Leave();
    EventId Branch = lastOf(Body, At.Block);
    bool Tests =
        Branch != None && Body.Events[Branch].Kind == EventKind::Branch;
    for (uint32_t I = 0; I != Succs.size(); ++I) {
      // Two ways without a test: an exception out of a call.
      if (Succs[I] == None || (!Tests && I != 0))
        continue;
      Node Next{Succs[I], N, At.State, At.Known, At.Last};
      if (Tests && Succs.size() == 2 && !take(Next.Known, Branch, I == 0))
        continue;
      if (Succs[I] == Body.Exit) {
        Leave();
        continue;
      }
      if (Seen.emplace(Next.Block, Next.State, Next.Known).second)
        Nodes.push_back(std::move(Next));
    }
  }
  return Ways;
}

} // namespace ungil::rules
