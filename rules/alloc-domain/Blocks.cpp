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

const std::set<Site> &Blocks::at(const Spot &Where) const {
  static const std::set<Site> Nothing;
  auto It = Held.find(Where);
  return It == Held.end() ? Nothing : It->second;
}

/// Where the block that \p O may be was a moment ago: Spot of what holds it,
/// or the call that makes it.
Blocks::Source Blocks::source(FunctionId F, const Origin &O) const {
  Source Out;
  Spot At;
  if (O.Kind == OperandKind::Load) {
    if (spotOf(F, P.path(O.Index), At))
      Out.At = At;
    return Out;
  }
  if (O.Kind != OperandKind::Result)
    return Out;
  const Event &Call = P.body(F).Events[O.Index];
  auto Body = P.BodyOf.find(Call.Callee);
  if (Body != P.BodyOf.end()) {
    Out.At = O.Out ? Spot{Spot::Target, Body->second, O.Out - 1}
                   : Spot{Spot::Result, Body->second, 0};
    return Out;
  }
  const ApiFunction *Api = allocator(Call);
  if (Api && !O.Out && Api->Alloc->Role != AllocRole::Free)
    Out.Made = Site{F, O.Index};
  return Out;
}

std::set<Site> Blocks::from(FunctionId F, const Origin &O) const {
  Source Where = source(F, O);
  if (Where.Made)
    return {*Where.Made};
  return Where.At ? at(*Where.At) : std::set<Site>{};
}

//===-- The flow ----------------------------------------------------------===//

/// Spots and what goes from one to the other, for the fixed point only.
class Blocks::Flow {
public:
  explicit Flow(Blocks &All) : All(All), P(All.P) {}
  void run();

private:
  void collect(FunctionId F);
  void collectCall(FunctionId F, EventId E);
  void move(const Source &What, const Spot &To) {
    if (What.Made)
      put(To, *What.Made);
    else if (What.At)
      Next[*What.At].push_back(To);
  }
  void put(const Spot &To, Site Made);

  Blocks &All;
  const Program &P;
  std::map<Spot, std::vector<Spot>> Next;
  std::vector<Spot> Work; ///< spots that hold more than they have passed on
};

void Blocks::Flow::put(const Spot &To, Site Made) {
  std::set<Site> &Set = All.Held[To];
  if (Set.size() < MaxBlocks && Set.insert(Made).second)
    Work.push_back(To);
}

void Blocks::Flow::collectCall(FunctionId F, EventId E) {
  auto Body = P.BodyOf.find(P.body(F).Events[E].Callee);
  if (Body == P.BodyOf.end())
    return;
  const Values &V = P.Functions[F].Value;
  for (unsigned I = 0; I != P.body(Body->second).Params; ++I)
    for (const Origin &O : V.arg(E, I)) {
      move(All.source(F, O), {Spot::Param, Body->second, I});
      // `fill(&self->buffer)`: what it points to goes both ways.
      Spot Target{Spot::Target, Body->second, I}, There;
      if (O.Kind != OperandKind::Address ||
          !All.spotOf(F, P.path(O.Index), There))
        continue;
      Next[There].push_back(Target);
      Next[Target].push_back(There);
      // What a local holds at one time or another; values of locals are
      // followed with the flow everywhere else, but an address says nothing of
      // the time.
      const Path &Where = P.path(O.Index);
      if (Where.Root != RootKind::Local || !Where.Steps.empty())
        continue;
      const std::vector<Event> &Events = P.body(F).Events;
      for (EventId B = 0; B != Events.size(); ++B)
        if (Events[B].Kind == EventKind::Bind &&
            P.path(Events[B].Where) == Where)
          for (const Origin &Bound : V.value(B))
            move(All.source(F, Bound), Target);
    }
}

void Blocks::Flow::collect(FunctionId F) {
  const Values &V = P.Functions[F].Value;
  const std::vector<Event> &Events = P.body(F).Events;
  for (EventId E = 0; E != Events.size(); ++E) {
    if (Events[E].Kind == EventKind::Call) {
      collectCall(F, E);
      continue;
    }
    bool Returns = Events[E].Kind == EventKind::Return;
    if (!Returns && Events[E].Kind != EventKind::Write)
      continue;
    for (const Origin &O : V.value(E)) {
      Source What = All.source(F, O);
      if (!What.Made && !What.At)
        continue;
      if (Returns)
        move(What, {Spot::Result, F, 0});
      for (PathId Where : V.Events[E].Where) {
        Spot To;
        if (Returns || !All.spotOf(F, P.path(Where), To))
          continue;
        move(What, To);
        if (What.Made)
          All.Direct[To].insert(*What.Made);
      }
    }
  }
}

void Blocks::Flow::run() {
  for (FunctionId F = 0; F != P.Functions.size(); ++F)
    collect(F);
  while (!Work.empty()) {
    Spot From = Work.back();
    Work.pop_back();
    auto It = Next.find(From);
    if (It == Next.end())
      continue;
    std::set<Site> Which = All.Held[From];
    for (const Spot &To : It->second)
      for (Site Made : Which)
        put(To, Made);
  }
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

Blocks::Blocks(const Program &P) : P(P) {
  Flow(*this).run();
  markObjects();
}

} // namespace ungil::rules
