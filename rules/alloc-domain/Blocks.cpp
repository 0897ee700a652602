//===- Blocks.cpp - where allocated blocks go -----------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Blocks.h"
#include "Rules/Common.h"
#include "Rules/Objects.h"
#include "Support/IdTable.h"
#include <numeric>

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
      connect(*What.At, To);
  }
  void connect(const Spot &From, const Spot &To);
  void put(const Spot &To, Site Made);
  uint32_t numberOf(const Spot &S);
  void sortWays();
  void passOn(const Spot &From);

  Blocks &All;
  const Program &P;
  IdTable Numbers; ///< of the spots that ways begin at
  std::vector<Spot> Spots;
  struct Way {
    uint32_t From;
    Spot To;
  };
  std::vector<Way> Ways;
  std::vector<Spot> Next;      ///< ends of ways, by where they begin
  std::vector<uint32_t> Begin; ///< of those of one spot, by number
  std::vector<Spot> Work; ///< spots that hold more than they have passed on
};

uint32_t Blocks::Flow::numberOf(const Spot &S) {
  return Numbers.lookUp(hashOf(S.A, hashOf(S.B, S.What)),
                        [&](uint32_t N) { return Spots[N] == S; });
}

void Blocks::Flow::connect(const Spot &From, const Spot &To) {
  auto [Number, New] =
      Numbers.insert(hashOf(From.A, hashOf(From.B, From.What)), Spots.size(),
                     [&](uint32_t N) { return Spots[N] == From; });
  if (New)
    Spots.push_back(From);
  Ways.push_back({Number, To});
}

/// Those that begin at one spot next to each other, in the order they came.
void Blocks::Flow::sortWays() {
  Begin.assign(Spots.size() + 1, 0);
  for (const Way &W : Ways)
    ++Begin[W.From + 1];
  std::partial_sum(Begin.begin(), Begin.end(), Begin.begin());
  std::vector<uint32_t> Free = Begin;
  Next.resize(Ways.size());
  for (const Way &W : Ways)
    Next[Free[W.From]++] = W.To;
  Ways = {};
}

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
      connect(There, Target);
      connect(Target, There);
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
    if (Events[E].Kind == EventKind::Bind) {
      const std::vector<Local> &Locals = P.body(F).Locals;
      uint32_t Local = P.path(Events[E].Where).Index;
      if (Local < Locals.size() && Locals[Local].Class == TypeClass::PyObject)
        All.ObjectBinds.push_back({F, E});
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
  sortWays();
  while (!Work.empty()) {
    Spot From = Work.back();
    Work.pop_back();
    passOn(From);
  }
}

void Blocks::Flow::passOn(const Spot &From) {
  uint32_t Number = numberOf(From);
  if (Number == IdTable::Free)
    return;
  std::set<Site> Which = All.Held[From];
  for (uint32_t I = Begin[Number]; I != Begin[Number + 1]; ++I)
    for (Site Made : Which)
      put(Next[I], Made);
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
  for (Site S : ObjectBinds)
    for (const Origin &O : P.Functions[S.Function].Value.value(S.Event))
      mark(from(S.Function, O));
  for (FunctionId F = 0; F != P.Functions.size(); ++F)
    for (const KnownCall &Call : P.calls(F)) {
      // PyObject_Init() and its kin give back the object they are given.
      const ApiFunction *Api = Call.Api;
      if (!Api || !Api->Ownership || Api->Ownership->Returns != 0 ||
          !Api->Name.starts_with("PyObject_Init"))
        continue;
      for (const Origin &O : P.Functions[F].Value.arg(Call.Event, 0))
        for (Site Made : from(F, O)) {
          Objects.insert(Made);
          Initialised.insert(Made);
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
