//===- AtomicOps.cpp - atomic accesses of one function --------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AtomicOps.h"
#include "Rules/Common.h"
#include <algorithm>

namespace ungil::rules {

EntityId nameOf(const Path &Where) {
  for (auto S = Where.Steps.rbegin(); S != Where.Steps.rend(); ++S) {
    if (S->Kind == StepKind::Field)
      return S->Field;
    if (S->Kind == StepKind::Deref)
      return None; // of what a pointer leads to nothing is known
  }
  return Where.Root == RootKind::Place ? Where.Index : None;
}

/// The storage that a pointer of value \p O leads to.
static std::optional<Path> pointee(const Program &P, const Origin &O) {
  if (O.Kind != OperandKind::Address && O.Kind != OperandKind::Load)
    return std::nullopt;
  Path Where = P.path(O.Index);
  if (O.Kind == OperandKind::Load)
    Where.Steps.push_back({StepKind::Deref, None});
  return Where;
}

std::vector<AtomicOp> AtomicOps::of(FunctionId F) {
  const Values &V = P.Functions[F].Value;
  std::vector<AtomicOp> Out;
  if (!P.Functions[F].Atomics) {
    for (const KnownCall &Call : P.calls(F))
      addCall(F, Call, Out);
    return Out;
  }
  const KnownCall *Call = P.calls(F).begin();
  for (EventId E = 0; E != P.body(F).Events.size(); ++E) {
    const Event &Ev = P.body(F).Events[E];
    if (Ev.Kind == EventKind::Call) {
      addCall(F, *Call++, Out);
      continue;
    }
    bool Plain = Ev.Kind == EventKind::Read || Ev.Kind == EventKind::Write ||
                 Ev.Kind == EventKind::ReadWrite;
    if (!Plain || !Ev.has(EV_Atomic) || Ev.has(EV_Implicit))
      continue;
    AtomicOp Op;
    Op.At = E;
    Op.What = Ev.Kind == EventKind::Read    ? AtomicOp::Load
              : Ev.Kind == EventKind::Write ? AtomicOp::Store
                                            : AtomicOp::Update;
    Op.Stored = V.value(E);
    for (PathId Where : V.Events[E].Where) {
      Op.Where = P.path(Where);
      Out.push_back(Op);
    }
  }
  return Out;
}

void AtomicOps::addCall(FunctionId F, const KnownCall &Call,
                        std::vector<AtomicOp> &Out) {
  const Values &V = P.Functions[F].Value;
  EventId E = Call.Event;
  if (!Call.Live)
    return;
  std::optional<Helper> Does;
  if (Call.Body != None) {
    Does = helper(Call.Body);
  } else if (const ApiFunction *Api = Call.Api;
             Api && Api->Memory && Api->Memory->Atomic) {
    const auto &Reads = Api->Memory->Reads, &Writes = Api->Memory->Writes;
    bool Loads = !Reads.empty() && Reads[0] == 0;
    bool Stores = !Writes.empty() && Writes[0] == 0;
    if (!Loads && !Stores)
      return;
    Does.emplace();
    Does->What = Loads && Stores ? AtomicOp::Update
                 : Loads         ? AtomicOp::Load
                                 : AtomicOp::Store;
    if (Does->What == AtomicOp::Store)
      Does->Value = 1;
  }
  if (!Does)
    return;
  for (const Origin &O : V.arg(E, Does->Through))
    if (std::optional<Path> Where = pointee(P, O)) {
      AtomicOp Op{E, Does->What, *Where, {}};
      if (Does->Value)
        Op.Stored = V.arg(E, *Does->Value);
      Out.push_back(std::move(Op));
    }
}

/// A function that does one atomic access through a parameter and no more.
std::optional<AtomicOps::Helper> AtomicOps::helper(FunctionId F) {
  if (Asked[F]) { // nothing is known inside a recursion
    auto It = Helpers.find(F);
    return It == Helpers.end() ? std::nullopt : std::optional(It->second);
  }
  Asked[F] = true;
  constexpr size_t MaxEvents = 16;
  NestedAnswers::Question Here(Nested);
  if (P.body(F).Events.size() > MaxEvents || Here.tooDeep())
    return std::nullopt;
  std::vector<AtomicOp> Ops = of(F);
  if (Ops.size() != 1)
    return std::nullopt;
  const AtomicOp &Op = Ops[0];
  bool Through =
      Op.Where.Root == RootKind::Local && Op.Where.Index < P.body(F).Params &&
      Op.Where.Steps.size() == 1 && Op.Where.Steps[0].Kind == StepKind::Deref;
  if (!Through)
    return std::nullopt;
  Helper Does{Op.What, Op.Where.Index, {}};
  if (Op.What == AtomicOp::Store && Op.Stored.size() == 1 &&
      Op.Stored[0].Kind == OperandKind::Load) {
    const Path &Value = P.path(Op.Stored[0].Index);
    if (Value.Root == RootKind::Local && Value.Steps.empty())
      Does.Value = Value.Index;
  }
  return Helpers[F] = Does;
}

} // namespace ungil::rules
