//===- Places.cpp - every access of storage with static duration ----------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Collects the accesses of each place: by name, through locals and parameters
// that point to it (`helper(&g)`), through C library calls that fill memory,
// and finds the writes that initialise a place lazily.
//
//===----------------------------------------------------------------------===//

#include "Link/Flow.h"
#include "Link/Passes.h"
#include "Link/UnsetTests.h"
#include <algorithm>
#include <set>

namespace ungil {
namespace {

class PlacesPass {
public:
  PlacesPass(Program &P, const Effects &Calls)
      : P(P), Calls(Calls), Targets(P.Functions.size()) {}
  void run();

private:
  void bindParameters();
  void collect(FunctionId F);
  void collectCall(FunctionId F, EventId E);
  void collectHandles(FunctionId F, EventId E);
  bool storesThrough(FunctionId F, unsigned Param);
  void add(Site At, AccessKind Kind, PathId Where, uint16_t Flags,
           bool StoresNull);
  void addPath(Site At, AccessKind Kind, const Path &Where, uint16_t Flags,
               bool StoresNull, int Depth);
  using Write = std::pair<EntityId, Access *>;
  void findLazy(FunctionId F, const std::vector<Write> &Writes);

  Program &P;
  const Effects &Calls;
  /// Per function and parameter: places that callers point it to.
  std::vector<std::map<uint32_t, std::set<Origin>>> Targets;
};

/// Which parameters may point to places? A few targets are enough to know.
void PlacesPass::bindParameters() {
  constexpr size_t MaxTargets = 8;
  // The round in which the parameters of a function last got more targets.
  std::vector<uint8_t> Grown(P.Functions.size());
  for (int Round = 0; Round != 4; ++Round) {
    bool Changed = false;
    for (FunctionId F = 0; F != P.Functions.size(); ++F)
      for (const CallSite &C : P.Functions[F].Callers) {
        if (C.Event == None || C.Handed || Grown[C.Caller] + 1 < Round)
          continue;
        const Values &V = P.Functions[C.Caller].Value;
        for (uint32_t I = 0; I != P.body(F).Params; ++I)
          for (Origin O : V.arg(C.Event, I)) {
            if (O.Kind != OperandKind::Address && O.Kind != OperandKind::Load)
              continue;
            const Path &Where = P.path(O.Index);
            std::vector<Origin> Found;
            if (Where.Root == RootKind::Place)
              Found.push_back(O);
            else if (Where.Root == RootKind::Local && Where.Steps.empty() &&
                     O.Kind == OperandKind::Load)
              if (auto It = Targets[C.Caller].find(Where.Index);
                  It != Targets[C.Caller].end())
                Found.assign(It->second.begin(), It->second.end());
            for (const Origin &T : Found)
              if (Targets[F][I].size() < MaxTargets &&
                  Targets[F][I].insert(T).second) {
                Grown[F] = Round;
                Changed = true;
              }
          }
      }
    if (!Changed)
      break;
  }
}

void PlacesPass::add(Site At, AccessKind Kind, PathId Where, uint16_t Flags,
                     bool StoresNull) {
  addPath(At, Kind, Path(P.path(Where)), Flags, StoresNull, 0);
}

void PlacesPass::addPath(Site At, AccessKind Kind, const Path &Where,
                         uint16_t Flags, bool StoresNull, int Depth) {
  if (Where.Root == RootKind::Local && Depth < 2 && !Where.Steps.empty() &&
      Where.Steps[0].Kind == StepKind::Deref) {
    auto It = Targets[At.Function].find(Where.Index);
    if (It == Targets[At.Function].end())
      return;
    for (const Origin &T : It->second) {
      Path New = P.path(T.Index);
      New.Steps.insert(New.Steps.end(),
                       Where.Steps.begin() + (T.Kind == OperandKind::Address),
                       Where.Steps.end());
      addPath(At, Kind, New, Flags, StoresNull, Depth + 1);
    }
    return;
  }
  if (Where.Root != RootKind::Place)
    return;
  const Entity &Place = P.entity(Where.Index);
  if (Place.Kind != EntityKind::Place || Place.has(EF_SystemHeader))
    return;
  Access A;
  A.At = At;
  A.Kind = Kind;
  A.Path = P.intern(Where);
  A.Atomic = Flags & EV_Atomic;
  A.StoresNull = StoresNull;
  for (const Step &S : Where.Steps)
    A.Indirect |= S.Kind == StepKind::Deref;
  // Fields that are atomic or locks by type are no data to race on.
  for (const Step &S : Where.Steps)
    if (S.Kind == StepKind::Field) {
      TypeClass C = P.entity(S.Field).Class;
      A.Atomic |= C == TypeClass::Atomic || C == TypeClass::Lock;
    }
  P.Places[Where.Index].push_back(A);
}

/// Does constructor \p F keep parameter \p Param in a field, and write
/// through that field?
bool PlacesPass::storesThrough(FunctionId F, unsigned Param) {
  const Function &Body = P.body(F);
  const Values &V = P.Functions[F].Value;
  PathId Kept = None;
  for (EventId E = 0; E != Body.Events.size(); ++E) {
    if (Body.Events[E].Kind != EventKind::Write)
      continue;
    for (PathId Where : V.Events[E].Where) {
      if (Kept != None) {
        Path Through = P.path(Kept);
        Through.Steps.push_back({StepKind::Deref, None});
        if (P.path(Where) == Through)
          return true;
      }
    }
    for (const Origin &O : V.value(E))
      if (O.Kind == OperandKind::Load) {
        const Path &Value = P.path(O.Index);
        if (Value.Root == RootKind::Local && Value.Index == Param &&
            Value.Steps.empty() && !V.Events[E].Where.empty())
          Kept = V.Events[E].Where[0];
      }
  }
  return false;
}

/// Does \p Where hold a Python object? No call fills one like memory:
/// `PyArg_ParseTuple(args, "O!", SomeType, &o)` only reads it.
static bool holdsObject(const Program &P, const Path &Where) {
  EntityId Last = Where.Root == RootKind::Place ? Where.Index : None;
  for (const Step &S : Where.Steps)
    Last = S.Kind == StepKind::Field ? S.Field : Last;
  return Last != None && P.entity(Last).Class == TypeClass::PyObject;
}

/// Is \p Type a pointer to a structure of some library?
static bool isHandle(std::string_view Type) {
  for (std::string_view Scalar :
       {"const ", "volatile ", "unsigned ", "signed ", "char ", "short ",
        "int ", "long ", "float ", "double ", "bool ", "_Bool ", "wchar_t ",
        "void "})
    if (Type.starts_with(Scalar))
      return false;
  return Type.ends_with(" *") && !Type.ends_with("* *");
}

/// A library that is given a handle works on what lies behind it.
void PlacesPass::collectHandles(FunctionId F, EventId E) {
  const Values &V = P.Functions[F].Value;
  for (unsigned I = 0; I < V.Events[E].Args.size(); ++I)
    for (const Origin &O : std::vector<Origin>(V.arg(E, I))) {
      if (O.Kind != OperandKind::Load)
        continue;
      Path Where = P.path(O.Index);
      if (Where.Root != RootKind::Place || !Where.Steps.empty() ||
          P.entity(Where.Index).Class != TypeClass::Pointer ||
          !isHandle(P.entity(Where.Index).Type))
        continue;
      Where.Steps.push_back({StepKind::Deref, None});
      for (const PointeeEffect &Effect : Calls.of(F, E, I)) {
        if (!Effect.Opaque)
          continue;
        size_t Before = P.Places[Where.Index].size();
        addPath({F, E},
                Effect.Use == FieldUse::Read ? AccessKind::Read
                                             : AccessKind::ReadWrite,
                Where, 0, false, 0);
        if (std::vector<Access> &All = P.Places[Where.Index];
            All.size() != Before)
          All.back().Opaque = true;
      }
    }
}

void PlacesPass::collectCall(FunctionId F, EventId E) {
  const Event &Call = P.body(F).Events[E];
  const Values &V = P.Functions[F].Value;
  // An object that keeps a reference to a place may write through it for as
  // long as it lives (`set_flag guard(busy)`).
  if (auto It = P.BodyOf.find(Call.Callee);
      It != P.BodyOf.end() && P.entity(Call.Callee).has(EF_Constructor))
    for (unsigned I = 1; I < V.Events[E].Args.size(); ++I)
      if (storesThrough(It->second, I))
        for (const Origin &O : V.arg(E, I))
          if (O.Kind == OperandKind::Address)
            add({F, E}, AccessKind::ReadWrite, O.Index, 0, false);
  const ApiFunction *Api = P.api(Call);
  if (!Api)
    collectHandles(F, E);
  if (!Api || !Api->Memory)
    return;
  uint16_t Flags = Api->Memory->Atomic ? EV_Atomic : 0;
  auto Through = [&](const std::vector<int> &Args, AccessKind Kind) {
    for (int Arg : Args)
      for (const Origin &O : V.arg(E, Arg)) {
        if (O.Kind == OperandKind::Address)
          add({F, E}, Kind, O.Index, Flags, false);
        if (O.Kind == OperandKind::Load && !holdsObject(P, P.path(O.Index))) {
          Path Pointee = P.path(O.Index);
          Pointee.Steps.push_back({StepKind::Deref, None});
          addPath({F, E}, Kind, Pointee, Flags, false, 0);
        }
      }
  };
  Through(Api->Memory->Reads, AccessKind::Read);
  Through(Api->Memory->Writes, AccessKind::Write);
}

void PlacesPass::collect(FunctionId F) {
  const Function &Body = P.body(F);
  const Values &V = P.Functions[F].Value;
  for (EventId E = 0; E != Body.Events.size(); ++E) {
    const Event &Ev = Body.Events[E];
    if (Ev.has(EV_Loose))
      continue;
    AccessKind Kind;
    switch (Ev.Kind) {
    case EventKind::Read:
      Kind = AccessKind::Read;
      break;
    case EventKind::Write:
      Kind = AccessKind::Write;
      break;
    case EventKind::ReadWrite:
      Kind = AccessKind::ReadWrite;
      break;
    case EventKind::Address:
      Kind = AccessKind::Address;
      break;
    case EventKind::Call:
      collectCall(F, E);
      continue;
    default:
      continue;
    }
    bool StoresNull =
        Ev.Kind == EventKind::Write && Ev.Value.Kind == OperandKind::Null;
    for (PathId Where : std::vector<PathId>(V.Events[E].Where))
      add({F, E}, Kind, Where, Ev.Flags, StoresNull);
  }
}

//===-- Lazy initialisation -----------------------------------------------===//

/// A test whether a place is still unset.
struct UnsetPlace {
  EntityId Place;
  UnsetTest Test;
};

void PlacesPass::findLazy(FunctionId F, const std::vector<Write> &Writes) {
  const Function &Body = P.body(F);
  std::vector<UnsetPlace> Tests;
  for (const UnsetTest &T : unsetTests(P, F)) {
    const Path &Where = P.path(T.Tested);
    if (Where.Root == RootKind::Place)
      Tests.push_back({Where.Index, T});
    // `if (*into == NULL)` where callers pass `&cache`.
    if (Where.Root == RootKind::Local && Where.Steps.size() == 1)
      if (auto It = Targets[F].find(Where.Index); It != Targets[F].end())
        for (const Origin &O : It->second)
          if (O.Kind == OperandKind::Address)
            Tests.push_back({P.path(O.Index).Index, T});
  }
  if (Tests.empty())
    return;
  Dominance Dom(Body);
  EventOrder Order(Body);
  // A place is lazily set when it is tested itself, or when a place that is
  // set beside it is what was tested.
  for (const UnsetPlace &T : Tests) {
    std::vector<Write> Set;
    bool TestedIsSet = false;
    for (const auto &[Place, A] : Writes)
      if (!A->StoresNull && Order.Block[A->At.Event] != None &&
          Dom.under(Order.Block[A->At.Event], T.Test.Block)) {
        Set.push_back({Place, A});
        TestedIsSet |= Place == T.Place;
      }
    if (TestedIsSet)
      for (auto &[Place, A] : Set)
        if (A->LazyTest == None)
          A->LazyTest = T.Test.Branch;
  }
}

void PlacesPass::run() {
  bindParameters();
  for (FunctionId F = 0; F != P.Functions.size(); ++F)
    collect(F);
  std::map<FunctionId, std::vector<Write>> Writers;
  for (auto &[Place, Accesses] : P.Places)
    for (Access &A : Accesses)
      if (A.writes())
        Writers[A.At.Function].push_back({Place, &A});
  for (const auto &[F, Writes] : Writers)
    findLazy(F, Writes);
}

} // namespace

void computePlaces(Program &P, const Effects &Calls) {
  PlacesPass(P, Calls).run();
}

} // namespace ungil
