//===- Accessors.cpp - functions that name places -------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What every result of a function names: a global, a field of an argument, or
// storage that goes by the function's own name.
//
//===----------------------------------------------------------------------===//

#include "Link/Passes.h"
#include <algorithm>

namespace ungil {

Origin returnedPlace(const Program &P, FunctionId F) {
  Origin Place;
  const Values &V = P.Functions[F].Value;
  for (EventId E : P.returns(F))
    for (const Origin &O : V.value(E)) {
      bool Named =
          (O.Kind == OperandKind::Address || O.Kind == OperandKind::Load) &&
          P.path(O.Index).Root == RootKind::Place;
      if (!Named || (Place.Kind != OperandKind::Unknown && Place != O))
        return {};
      Place = O;
    }
  // A pointer that a place holds is that place's; what an object slot holds
  // is an object of its own.
  if (Place.Kind == OperandKind::Load &&
      P.entity(P.path(Place.Index).Index).Class == TypeClass::PyObject)
    return {};
  return Place;
}

/// Does \p Where name storage that each thread has of its own, or its key?
static bool isThreads(const Program &P, const Path &Where) {
  if (Where.Root != RootKind::Place)
    return false;
  const Entity &Place = P.entity(Where.Index);
  return Place.has(EF_ThreadLocal) || Place.Class == TypeClass::ThreadKey;
}

/// Does \p F, or what it hands on the result of, look at such storage?
static bool looksAtThread(const Program &P, FunctionId F, int Depth = 0) {
  const Function &Body = P.body(F);
  auto Names = [&](const Operand &O) {
    return (O.Kind == OperandKind::Load || O.Kind == OperandKind::Address) &&
           isThreads(P, P.path(O.Index));
  };
  for (EventId E = 0; E != Body.Events.size(); ++E) {
    const Event &Ev = Body.Events[E];
    if ((Ev.Where != None && isThreads(P, P.path(Ev.Where))) ||
        Names(Ev.Value) || std::any_of(Ev.Args.begin(), Ev.Args.end(), Names))
      return true;
    if (Ev.Kind != EventKind::Return || Depth == 4)
      continue;
    for (const Origin &O : P.Functions[F].Value.value(E)) {
      if (O.Kind == OperandKind::Load && isThreads(P, P.path(O.Index)))
        return true;
      if (O.Kind == OperandKind::Result)
        for (FunctionId Next : P.bodiesOf(Body.Events[O.Index].Callee))
          if (looksAtThread(P, Next, Depth + 1))
            return true;
    }
  }
  return false;
}

bool namesState(const Program &P, FunctionId F) {
  const Entity &E = P.entityOf(F);
  if (P.body(F).Params || E.has(EF_Lambda) || E.has(EF_SystemHeader) ||
      P.Functions[F].ReturnsPlace.Kind != OperandKind::Unknown)
    return false;
  return E.Type.find(" &(") != std::string::npos && !looksAtThread(P, F);
}

Origin stateBehind(Program &P, FunctionId F) {
  Entity State = P.entityOf(F);
  State.Kind = EntityKind::Place;
  State.Class = TypeClass::Pointer;
  State.Flags &= EF_Internal | EF_Extern | EF_Header;
  State.Usr += "()";
  State.Name += "()";
  State.Type = State.Type.substr(0, State.Type.find(" &(")) + " *";
  State.Parent = None;
  P.Facts.Entities.push_back(std::move(State));
  EntityId Place = P.Facts.Entities.size() - 1;
  return {OperandKind::Load, P.intern({RootKind::Place, Place, {}}), 0};
}

} // namespace ungil
