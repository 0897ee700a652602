//===- Effects.cpp - what calls do behind their arguments -----------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Link/Effects.h"
#include "Link/Agenda.h"
#include <algorithm>

namespace ungil {

bool entersObject(const Program &P, const Path &Where) {
  return std::any_of(Where.Steps.begin(), Where.Steps.end(),
                     [&](const Step &S) {
                       return S.Kind == StepKind::Field && P.isShared(S.Field);
                     });
}

static Origin renamed(Program &P, const Origin &O, FunctionId F, EventId E) {
  if (O.Kind != OperandKind::Load && O.Kind != OperandKind::Address)
    return {};
  const Path Where = P.path(O.Index);
  if (Where.Root == RootKind::Place)
    return O;
  if (Where.Root != RootKind::Local)
    return {};
  const std::vector<Origin> &Arg = P.Functions[F].Value.arg(E, Where.Index);
  if (Arg.size() != 1)
    return {};
  if (Where.Steps.empty())
    return O.Kind == OperandKind::Load ? Arg[0] : Origin{};
  Path New;
  auto Rest = Where.Steps.begin();
  if (Arg[0].Kind == OperandKind::Load) {
    New = P.path(Arg[0].Index);
  } else if (Arg[0].Kind == OperandKind::Address) {
    New = P.path(Arg[0].Index);
    ++Rest; // *&x is x
  } else if (Arg[0].Kind == OperandKind::Result && !Arg[0].Out) {
    New = {RootKind::Result, Arg[0].Index, {}};
  } else {
    return {};
  }
  New.Steps.insert(New.Steps.end(), Rest, Where.Steps.end());
  return {O.Kind, P.intern(New), 0};
}

HeldLock inCaller(Program &P, const HeldLock &L, FunctionId F, EventId E) {
  HeldLock New;
  New.Kind = L.Kind;
  New.What = renamed(P, L.What, F, E);
  return New;
}

//===-- One call ----------------------------------------------------------===//

static bool names(const std::vector<int> &Args, unsigned Arg) {
  return std::find(Args.begin(), Args.end(), static_cast<int>(Arg)) !=
         Args.end();
}

static PointeeEffects ofApi(const ApiFunction &Api, unsigned Arg) {
  PointeeEffects All;
  auto Add = [&](FieldUse Use) { All.push_back({Use, false, {}}); };
  if (Api.Memory && !Api.Memory->Atomic) {
    if (names(Api.Memory->Reads, Arg))
      Add(FieldUse::Read);
    if (names(Api.Memory->Writes, Arg))
      Add(FieldUse::Write);
  }
  if ((Api.Ownership && names(Api.Ownership->Outs, Arg)) ||
      (Api.Borrow && names(Api.Borrow->Outs, Arg)))
    Add(FieldUse::Write);
  if (Api.Alloc && Api.Alloc->Pointer == static_cast<int>(Arg) &&
      Api.Alloc->Role != AllocRole::Alloc)
    Add(FieldUse::Release);
  return All;
}

/// Of a function that nothing but its type is known of.
static PointeeEffects ofPrototype(const Entity &Callee, unsigned Arg) {
  bool Writes = Callee.Mutates & (1u << std::min(Arg, 31u));
  return {{Writes ? FieldUse::Update : FieldUse::Read, true, {}}};
}

PointeeEffects Effects::of(FunctionId F, EventId E, unsigned Arg) const {
  const Event &Call = P.body(F).Events[E];
  if (Call.Callee == None)
    return {};
  auto It = P.BodyOf.find(Call.Callee);
  if (It == P.BodyOf.end()) {
    const ApiFunction *Api = P.api(Call);
    const Entity &Callee = P.entity(Call.Callee);
    if (Api && (Api->Memory || !Api->Libc))
      return ofApi(*Api, Arg);
    // Operators and members of the C++ library are events of their own.
    bool Library = Call.has(EV_MethodCall) && Callee.has(EF_SystemHeader);
    return Library ? PointeeEffects{} : ofPrototype(Callee, Arg);
  }
  if (Arg >= Params[It->second].size())
    return {};
  PointeeEffects All;
  for (PointeeEffect Effect : Params[It->second][Arg]) {
    for (HeldLock &L : Effect.Locks)
      L = inCaller(P, L, F, E);
    std::sort(Effect.Locks.begin(), Effect.Locks.end());
    All.push_back(std::move(Effect));
  }
  return All;
}

//===-- Parameters of the extension's own functions -----------------------===//

static bool guardsItself(const Program &P, const Path &Where) {
  for (const Step &S : Where.Steps)
    if (S.Kind == StepKind::Field) {
      TypeClass C = P.entity(S.Field).Class;
      if (C == TypeClass::Atomic || C == TypeClass::Lock)
        return true;
    }
  return false;
}

/// The parameter whose pointee \p Where is or lies behind; None if none.
static uint32_t paramBehind(const Program &P, const Function &Body,
                            const Path &Where, size_t MinSteps) {
  bool Behind =
      Where.Root == RootKind::Local && Where.Index < Body.Params &&
      Where.Steps.size() >= MinSteps &&
      (Where.Steps.empty() || Where.Steps[0].Kind == StepKind::Deref) &&
      !entersObject(P, Where) && !guardsItself(P, Where);
  return Behind ? Where.Index : None;
}

/// Adds what the body of \p F is seen to do; true when it is more.
bool Effects::update(FunctionId F) {
  constexpr size_t MaxEffects = 8;
  const Function &Body = P.body(F);
  const Values &V = P.Functions[F].Value;
  bool Changed = false;
  auto Add = [&](uint32_t Param, EventId E, PointeeEffect Effect) {
    // What a template pattern seems to do to it, its type forbids.
    bool Changes =
        Effect.Use == FieldUse::Write || Effect.Use == FieldUse::Update;
    if (Changes && Body.Locals[Param].Type.starts_with("const "))
      return;
    PointeeEffects &Known = Params[F][Param];
    for (HeldLock L : P.Functions[F].Locks.at(E)) {
      L.Handle = L.Acquired = None;
      Effect.Locks.push_back(L);
    }
    std::sort(Effect.Locks.begin(), Effect.Locks.end());
    auto At = std::lower_bound(Known.begin(), Known.end(), Effect);
    if ((At != Known.end() && *At == Effect) || Known.size() >= MaxEffects)
      return;
    Known.insert(At, std::move(Effect));
    Changed = true;
  };
  for (EventId E = 0; E != Body.Events.size(); ++E) {
    const Event &Ev = Body.Events[E];
    if (Ev.Kind == EventKind::Call) {
      for (unsigned I = 0; I != V.Events[E].Args.size(); ++I)
        for (const Origin &O : std::vector<Origin>(V.arg(E, I))) {
          bool Loads = O.Kind == OperandKind::Load;
          if (!Loads && O.Kind != OperandKind::Address)
            continue;
          uint32_t Param = paramBehind(P, Body, P.path(O.Index), !Loads);
          if (Param != None)
            for (PointeeEffect &Effect : of(F, E, I))
              Add(Param, E, std::move(Effect));
        }
      continue;
    }
    if ((Ev.Kind != EventKind::Read && Ev.Kind != EventKind::Write &&
         Ev.Kind != EventKind::ReadWrite) ||
        Ev.has(EV_Atomic))
      continue;
    for (PathId Where : V.Events[E].Where)
      if (uint32_t Param = paramBehind(P, Body, P.path(Where), 1);
          Param != None)
        Add(Param, E,
            {Ev.Kind == EventKind::Read    ? FieldUse::Read
             : Ev.Kind == EventKind::Write ? FieldUse::Write
                                           : FieldUse::Update,
             false,
             {}});
  }
  return Changed;
}

Effects::Effects(Program &P) : P(P), Params(P.Functions.size()) {
  for (FunctionId F = 0; F != P.Functions.size(); ++F)
    Params[F].resize(P.body(F).Params);
  // Grows monotonically; each round sees one more level of helpers.
  Agenda Work(P, 6);
  for (FunctionId F; (F = Work.next()) != None;)
    if (update(F))
      Work.addCallers(P.Functions[F]);
}

} // namespace ungil
