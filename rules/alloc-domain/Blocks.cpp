//===- Blocks.cpp - where allocated blocks go -----------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Blocks.h"
#include "Rules/Common.h"
#include "Rules/Objects.h"

namespace ungil::rules {

/// A spot that gathers more than this is a general-purpose helper and says
/// nothing about any one block.
static constexpr size_t MaxBlocks = 24;

const ApiFunction *Blocks::allocator(const Event &Call) const {
  if (Call.Kind != EventKind::Call)
    return nullptr;
  const ApiFunction *Api = P.api(Call);
  if (!Api || !Api->Alloc || P.BodyOf.count(Call.Callee))
    return nullptr;
  // `new (where) T` allocates nothing; its operator takes a second pointer.
  if (Api->Alloc->Domain == AllocDomain::Cxx &&
      P.entity(Call.Callee).Usr.find("#*v#") != std::string::npos &&
      Api->Alloc->Role == AllocRole::Alloc)
    return nullptr;
  return Api;
}

/// The named storage of a path; false when it has no name to go by.
bool Blocks::spotOf(FunctionId F, const Path &Where, Spot &Out) const {
  uint32_t Depth = 0;
  for (size_t I = Where.Steps.size(); I--;) {
    if (Where.Steps[I].Kind == StepKind::Field) {
      Out = {Spot::Field, Where.Steps[I].Field, Depth};
      return true;
    }
    ++Depth;
  }
  if (Where.Root == RootKind::Place) {
    Out = {Spot::Field, Where.Index, Depth};
    return true;
  }
  if (Where.Root != RootKind::Local)
    return false;
  bool Param = Where.Index < P.body(F).Params;
  if (Param && Depth == 0)
    Out = {Spot::Param, F, Where.Index};
  else if (Param && Depth == 1)
    Out = {Spot::Target, F, Where.Index};
  else
    Out = {Spot::Local, F, Where.Index};
  return true;
}

std::set<Site> Blocks::atPath(FunctionId F, const Path &Where) const {
  Spot At;
  if (!spotOf(F, Where, At))
    return {};
  auto It = Held.find(At);
  return It == Held.end() ? std::set<Site>{} : It->second;
}

/// What a local holds at one time or another; values of locals are followed
/// with the flow everywhere else, but an address says nothing of the time.
std::set<Site> Blocks::boundTo(FunctionId F, const Path &Where) const {
  std::set<Site> Which;
  if (Where.Root != RootKind::Local || !Where.Steps.empty())
    return Which;
  const std::vector<Event> &Events = P.body(F).Events;
  for (EventId E = 0; E != Events.size(); ++E)
    if (Events[E].Kind == EventKind::Bind && P.path(Events[E].Where) == Where)
      for (const Origin &O : P.Functions[F].Value.value(E))
        Which.merge(from(F, O));
  return Which;
}

std::set<Site> Blocks::from(FunctionId F, const Origin &O) const {
  if (O.Kind == OperandKind::Load)
    return atPath(F, P.path(O.Index));
  if (O.Kind != OperandKind::Result)
    return {};
  const Event &Call = P.body(F).Events[O.Index];
  auto Body = P.BodyOf.find(Call.Callee);
  if (Body != P.BodyOf.end()) {
    auto It = Held.find(O.Out ? Spot{Spot::Target, Body->second, O.Out - 1}
                              : Spot{Spot::Result, Body->second, 0});
    return It == Held.end() ? std::set<Site>{} : It->second;
  }
  const ApiFunction *Api = allocator(Call);
  if (Api && !O.Out && Api->Alloc->Role != AllocRole::Free)
    return {{F, O.Index}};
  return {};
}

bool Blocks::add(const Spot &To, const std::set<Site> &Which) {
  if (Which.empty())
    return false;
  std::set<Site> &Set = Held[To];
  size_t Before = Set.size();
  for (Site S : Which)
    if (Set.size() < MaxBlocks)
      Set.insert(S);
  return Set.size() != Before;
}

bool Blocks::collectCall(FunctionId F, EventId E) {
  auto Body = P.BodyOf.find(P.body(F).Events[E].Callee);
  if (Body == P.BodyOf.end())
    return false;
  bool Changed = false;
  const Values &V = P.Functions[F].Value;
  for (unsigned I = 0; I != P.body(Body->second).Params; ++I)
    for (const Origin &O : V.arg(E, I)) {
      Changed |= add({Spot::Param, Body->second, I}, from(F, O));
      // `fill(&self->buffer)`: what it points to goes both ways.
      if (O.Kind != OperandKind::Address)
        continue;
      Spot Target{Spot::Target, Body->second, I}, There;
      const Path &Where = P.path(O.Index);
      Changed |= add(Target, atPath(F, Where));
      Changed |= add(Target, boundTo(F, Where));
      if (auto It = Held.find(Target);
          It != Held.end() && spotOf(F, Where, There))
        Changed |= add(There, std::set<Site>(It->second));
    }
  return Changed;
}

bool Blocks::collect(FunctionId F) {
  bool Changed = false;
  const Values &V = P.Functions[F].Value;
  const std::vector<Event> &Events = P.body(F).Events;
  for (EventId E = 0; E != Events.size(); ++E) {
    if (Events[E].Kind == EventKind::Call) {
      Changed |= collectCall(F, E);
      continue;
    }
    bool Returns = Events[E].Kind == EventKind::Return;
    if (!Returns && Events[E].Kind != EventKind::Write)
      continue;
    for (const Origin &O : V.value(E)) {
      std::set<Site> Which = from(F, O);
      if (Which.empty())
        continue;
      if (Returns)
        Changed |= add({Spot::Result, F, 0}, Which);
      for (PathId Where : V.Events[E].Where) {
        Spot To;
        if (Returns || !spotOf(F, P.path(Where), To))
          continue;
        Changed |= add(To, Which);
        if (Which.size() == 1 && Which.begin()->Function == F)
          Direct[To].insert(*Which.begin());
      }
    }
  }
  return Changed;
}

/// Blocks that become objects: by type of what holds them, or by a call.
void Blocks::markObjects() {
  for (const auto &[At, Which] : Held) {
    if (At.What == Spot::Field && At.B == 0) {
      for (Site Made : Which)
        Holders[Made].insert(At.A);
      if (P.entity(At.A).Class == TypeClass::PyObject)
        mark(Which);
    }
    if (At.What == Spot::Param &&
        P.body(At.A).Locals[At.B].Class == TypeClass::PyObject)
      mark(Which);
  }
  for (FunctionId F = 0; F != P.Functions.size(); ++F) {
    const Function &Body = P.body(F);
    const Values &V = P.Functions[F].Value;
    for (EventId E = 0; E != Body.Events.size(); ++E) {
      const Event &Ev = Body.Events[E];
      if (Ev.Kind == EventKind::Bind) {
        uint32_t Local = P.path(Ev.Where).Index;
        if (Local < Body.Locals.size() &&
            Body.Locals[Local].Class == TypeClass::PyObject)
          for (const Origin &O : V.value(E))
            mark(from(F, O));
        continue;
      }
      // PyObject_Init() and its kin give back the object they are given.
      const ApiFunction *Api = Ev.Kind == EventKind::Call ? P.api(Ev) : nullptr;
      if (!Api || !Api->Ownership || Api->Ownership->Returns != 0 ||
          !Api->Name.starts_with("PyObject_Init"))
        continue;
      for (const Origin &O : V.arg(E, 0))
        for (Site Made : from(F, O)) {
          Objects.insert(Made);
          Initialised.insert(Made);
        }
    }
  }
}

bool Blocks::storedDirectly(Site Made, FunctionId F, const Origin &O) const {
  Spot At;
  if (O.Kind != OperandKind::Load || !spotOf(F, P.path(O.Index), At))
    return false;
  auto It = Direct.find(At);
  return It != Direct.end() && It->second.count(Made);
}

std::set<EntityId> Blocks::holders(Site Made) const {
  auto It = Holders.find(Made);
  return It == Holders.end() ? std::set<EntityId>{} : It->second;
}

void Blocks::run() {
  // Sets only grow and are small: a few rounds reach the fixed point. The
  // bound is for facts that were damaged on the way.
  for (int Round = 0; Round != 16; ++Round) {
    bool Changed = false;
    for (FunctionId F = 0; F != P.Functions.size(); ++F)
      Changed |= collect(F);
    if (!Changed)
      break;
  }
  markObjects();
}

} // namespace ungil::rules
