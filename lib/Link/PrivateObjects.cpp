//===- PrivateObjects.cpp - objects nobody else sees ----------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Link/PrivateObjects.h"
#include <algorithm>

namespace ungil {

/// Is it the result of a call that makes an object? Who fills in the fields of
/// what a callable returned has called a type, or a factory of such.
bool PrivateObjects::isNew(Site At, const Origin &Object) {
  if (Object.Kind != OperandKind::Result || Object.Out)
    return false;
  if (Owners.isFreshCall(At.Function, Object.Index))
    return true;
  const Event &Call = P.body(At.Function).Events[Object.Index];
  // `Type->tp_new(...)`, or the function that is it.
  for (FunctionId F : P.bodiesOf(Call.Callee))
    for (uint32_t I : P.Functions[F].Entries)
      if (P.Facts.EntryPoints[I].Kind == EntryKind::New)
        return true;
  if (auto It = P.BodyOf.find(Call.Callee); It != P.BodyOf.end())
    return returnsNew(It->second) || callsParam(It->second);
  const ApiFunction *Slot = P.slot(Call), *Api = P.api(Call);
  return (Slot && Slot->Ownership && Slot->Ownership->NewReference) || // tp_new
         (Api && Api->Ownership && Api->Ownership->Calls >= 0);
}

/// Does \p F make an object for its caller and show it to nobody else?
bool PrivateObjects::returnsNew(FunctionId F) {
  auto [It, New] = ReturnsNew.try_emplace(F, false);
  if (!New)
    return It->second;
  bool Any = false, Only = true;
  for (EventId E = 0; E != P.body(F).Events.size(); ++E)
    if (P.body(F).Events[E].Kind == EventKind::Return)
      for (const Origin &O : P.Functions[F].Value.value(E)) {
        if (O.Kind == OperandKind::Null)
          continue;
        Any = true;
        Only &= isNew({F, E}, O) && !Owners.escapedBefore(F, O.Index, 0, E);
      }
  return ReturnsNew[F] = Any && Only;
}

/// Is \p F a way to call one of its parameters: each result comes from a call
/// that is given it, at least one from an API that calls it? What types and
/// functions offer beside that (vectorcall, METH_O) are shortcuts to the same.
bool PrivateObjects::callsParam(FunctionId F) {
  auto [It, New] = CallsParam.try_emplace(F, false);
  if (!New)
    return It->second;
  const Values &V = P.Functions[F].Value;
  bool Calls = false;
  for (uint32_t Param = 0; Param != P.body(F).Params && !Calls; ++Param) {
    const Origin Callable{OperandKind::Load,
                          P.intern({RootKind::Local, Param, {}}), 0};
    bool Only = true;
    for (EventId E = 0; E != P.body(F).Events.size() && Only; ++E)
      if (P.body(F).Events[E].Kind == EventKind::Return)
        for (const Origin &O : V.value(E))
          if (O.Kind != OperandKind::Null)
            Only &= isCallWith(F, O, Callable, Calls);
    Calls &= Only;
  }
  return CallsParam[F] = Calls;
}

/// Is \p Result that of a call that is given \p Callable? \p Calls becomes true
/// when it is known to call it.
bool PrivateObjects::isCallWith(FunctionId F, const Origin &Result,
                                const Origin &Callable, bool &Calls) {
  if (Result.Kind != OperandKind::Result || Result.Out)
    return false;
  const Event &Call = P.body(F).Events[Result.Index];
  const Values &V = P.Functions[F].Value;
  const ApiFunction *Api = P.api(Call);
  bool Given = false;
  for (unsigned I = 0; I != V.Events[Result.Index].Args.size(); ++I) {
    const auto &Set = V.arg(Result.Index, I);
    if (std::find(Set.begin(), Set.end(), Callable) == Set.end())
      continue;
    Given = true;
    if (auto It = P.BodyOf.find(Call.Callee); It != P.BodyOf.end())
      Calls |= callsParam(It->second);
    else if (Api && Api->Ownership)
      Calls |= Api->Ownership->Calls == static_cast<int>(I);
  }
  return Given;
}

/// Is it \p Object, or nothing, that \p F returns?
bool PrivateObjects::returns(FunctionId F, const Origin &Object) const {
  bool Any = false;
  for (EventId E = 0; E != P.body(F).Events.size(); ++E)
    if (P.body(F).Events[E].Kind == EventKind::Return)
      for (const Origin &O : P.Functions[F].Value.value(E)) {
        if (O != Object && O.Kind != OperandKind::Null)
          return false;
        Any |= O == Object;
      }
  return Any;
}

bool PrivateObjects::owns(Site At, const Origin &Object) {
  switch (Object.Kind) {
  case OperandKind::Null:
    return true;
  case OperandKind::Result:
    if (ownsElement(At, Object))
      return true;
    // Whom a constructor shows its object to does not use it before it is
    // complete: C libraries that keep it for callbacks.
    return isNew(At, Object) &&
           (only(At.Function, P_Init | P_Construct) ||
            !Owners.escapedBefore(At.Function, Object.Index, 0, At.Event) ||
            (returns(At.Function, Object) &&
             !Makers.escapedBefore(At.Function, Object.Index, 0, At.Event)));
  case OperandKind::Load: {
    const Path Where = P.path(Object.Index);
    if (Where.Root == RootKind::Place) // a generator's free list
      return P.entity(Where.Index).has(EF_Generated);
    if (Where.Root == RootKind::Result) // what an element points to
      return ownsElement(At, {OperandKind::Result, Where.Index, 0});
    if (Where.Root != RootKind::Local)
      return false;
    if (Where.Index >= P.body(At.Function).Params)
      return Where.Steps.empty() && isCaptured(At.Function, Where.Index);
    if (Where.Steps.size() == 1 && Where.Steps[0].Kind == StepKind::Deref)
      return ownsPointee(At.Function, Where.Index);
    return Where.Steps.empty() && (isBeingMade(At.Function, Where.Index) ||
                                   ownsParam(At.Function, Where.Index));
  }
  case OperandKind::Address: {
    // Of a local it is the function's own, of a part of an object its owner's;
    // places are judged as places.
    Path Where = P.path(Object.Index);
    while (!Where.Steps.empty() && Where.Steps.back().Kind != StepKind::Deref)
      Where.Steps.pop_back();
    if (Where.Root == RootKind::Place || Where.Steps.empty())
      return Where.Root == RootKind::Place || Where.Root == RootKind::Local;
    Where.Steps.pop_back();
    return owns(At, Where.Root == RootKind::Result && Where.Steps.empty()
                        ? Origin{OperandKind::Result, Where.Index, 0}
                        : Origin{OperandKind::Load, P.intern(Where), 0});
  }
  default:
    return false;
  }
}

/// Is \p Param the object that a constructor makes or a destructor ends, or
/// one that is moved from?
bool PrivateObjects::isBeingMade(FunctionId F, uint32_t Param) {
  const Entity &E = P.entityOf(F);
  if (Param == 0 && E.has(EF_Lambda)) { // the `this` that it captures
    auto Outer = E.Parent == None ? P.BodyOf.end() : P.BodyOf.find(E.Parent);
    return Outer != P.BodyOf.end() &&
           P.entityOf(Outer->second).has(EF_Member) &&
           (isBeingMade(Outer->second, 0) || ownsParam(Outer->second, 0));
  }
  if (Param == 0 && E.has(EF_Member) &&
      (E.Flags & (EF_Constructor | EF_Destructor)))
    return true;
  return P.body(F).Locals[Param].Type.ends_with("&&");
}

/// Is local \p L one that a closure has from outside? Whose it is there is not
/// known, and what is not known is not said.
bool PrivateObjects::isCaptured(FunctionId F, uint32_t L) const {
  const Function &Body = P.body(F);
  return P.entityOf(F).has(EF_Lambda) &&
         std::none_of(
             Body.Events.begin(), Body.Events.end(), [&](const Event &E) {
               auto Names = [&](PathId Where) {
                 return P.path(Where) == Path{RootKind::Local, L, {}};
               };
               return (E.Kind == EventKind::Bind && Names(E.Where)) ||
                      std::any_of(E.Args.begin(), E.Args.end(),
                                  [&](const Operand &A) {
                                    return A.Kind == OperandKind::Address &&
                                           Names(A.Index);
                                  });
             });
}

/// Is \p Object an element of a container of the C++ library that is this
/// call's own, or a part of an object that is?
bool PrivateObjects::ownsElement(Site At, const Origin &Object) {
  const Event &Call = P.body(At.Function).Events[Object.Index];
  bool Library = Call.has(EV_MethodCall) && Call.Callee != None &&
                 P.entity(Call.Callee).has(EF_SystemHeader) &&
                 P.entity(Call.Callee).Name.starts_with("std::");
  if (!Library || Object.Out)
    return false;
  const std::vector<Origin> Container =
      P.Functions[At.Function].Value.arg(Object.Index, 0);
  return Container.size() == 1 && Container[0] != Object &&
         owns(At, Container[0]);
}

/// Do all callers pass a pointer to a pointer of their own (a reference to a
/// smart pointer)?
bool PrivateObjects::ownsPointee(FunctionId F, uint32_t Param) {
  const FunctionInfo &Info = P.Functions[F];
  if (!Info.Entries.empty() || Info.AddressTaken || Info.Callers.empty())
    return false;
  return std::all_of(
      Info.Callers.begin(), Info.Callers.end(), [&](const CallSite &C) {
        if (C.Event == None || C.Handed)
          return false;
        const std::vector<Origin> Held =
            P.Functions[C.Caller].Value.pointee(C.Event, Param);
        return !Held.empty() &&
               std::all_of(Held.begin(), Held.end(), [&](const Origin &O) {
                 return O.Kind != OperandKind::Load &&
                        owns({C.Caller, C.Event}, O);
               });
      });
}

/// Do all callers pass an object of their own?
bool PrivateObjects::ownsParam(FunctionId F, uint32_t Param) {
  auto [It, New] = PrivateParams.try_emplace({F, Param}, true);
  if (!New)
    return It->second; // also the optimistic answer inside a recursion
  const FunctionInfo &Info = P.Functions[F];
  bool Private =
      Info.Entries.empty() && !Info.AddressTaken && !Info.Callers.empty();
  for (const CallSite &C : Info.Callers) {
    if (!Private || C.Event == None || C.Handed) {
      Private = false;
      break;
    }
    if (!P.isConcurrent(C.Caller))
      continue;
    const auto Passed = P.Functions[C.Caller].Value.arg(C.Event, Param);
    Private = !Passed.empty() &&
              std::all_of(Passed.begin(), Passed.end(), [&](const Origin &O) {
                return owns({C.Caller, C.Event}, O);
              });
  }
  return PrivateParams[{F, Param}] = Private;
}

} // namespace ungil
