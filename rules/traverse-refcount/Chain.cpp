//===- Chain.cpp - the code that runs under a slot ------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Chain.h"
#include "Rules/Common.h"

namespace ungil::rules {

/// Parameters of the callee that receive the object at call \p S.
static std::set<unsigned> passedSelf(const Program &P, const Below &Caller,
                                     EventId E) {
  std::set<unsigned> Self;
  const Values &V = P.Functions[Caller.Function].Value;
  for (unsigned I = 0; I != P.body(Caller.Function).Events[E].Args.size(); ++I)
    for (const Origin &O : V.arg(E, I)) {
      if (O.Kind != OperandKind::Load)
        continue;
      const Path &Where = P.path(O.Index);
      if (Where.Root == RootKind::Local && Where.Steps.empty() &&
          Caller.Self.count(Where.Index))
        Self.insert(I);
    }
  return Self;
}

std::vector<Below> below(const Program &P, FunctionId Root,
                         const std::function<bool(FunctionId)> &Stop) {
  constexpr size_t MaxDepth = 8;
  std::vector<Below> All{{Root, {}, {0}, false}};
  std::set<FunctionId> Seen{Root};
  for (size_t Next = 0; Next != All.size(); ++Next) {
    const Below Here = All[Next];
    if (Here.Calls.size() >= MaxDepth)
      continue;
    const std::vector<Event> &Events = P.body(Here.Function).Events;
    for (EventId E = 0; E != Events.size(); ++E) {
      const Event &Call = Events[E];
      if (Call.Kind != EventKind::Call || !isLive(P, {Here.Function, E}))
        continue;
      auto Add = [&](EntityId Callee, std::set<unsigned> Self) {
        auto It = P.BodyOf.find(Callee);
        if (It == P.BodyOf.end() || Stop(It->second) ||
            !Seen.insert(It->second).second)
          return;
        Below Callee2{It->second, Here.Calls, std::move(Self),
                      Here.Virtual || Call.has(EV_Arrow)};
        Callee2.Calls.push_back({Here.Function, E});
        All.push_back(std::move(Callee2));
      };
      Add(Call.Callee, passedSelf(P, Here, E));
      for (const Operand &Arg : Call.Args)
        if (Arg.Kind == OperandKind::Function) // called back during the call
          Add(Arg.Index, {});
    }
  }
  return All;
}

EntityId ownField(const Program &P, const Below &B, const Origin &O) {
  if (O.Kind != OperandKind::Load)
    return None;
  const Path &Where = P.path(O.Index);
  if (Where.Root != RootKind::Local || !B.Self.count(Where.Index) ||
      Where.Steps.size() < 2 || Where.Steps[0].Kind != StepKind::Deref)
    return None;
  for (size_t I = 1; I != Where.Steps.size(); ++I)
    if (Where.Steps[I].Kind != StepKind::Field)
      return None;
  return Where.Steps.back().Field;
}

} // namespace ungil::rules
