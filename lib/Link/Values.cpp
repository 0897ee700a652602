//===- Values.cpp - where values come from --------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A forward data-flow over one function: per local, the set of origins its
// value may have. Sets are interned, joined by union, and cut off to Unknown
// when they grow (a list walked by `p = p->next`).
//
//===----------------------------------------------------------------------===//

#include "Link/Flow.h"
#include "Link/Passes.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <cstring>
#include <set>

namespace ungil {
namespace {

constexpr size_t MaxOrigins = 6;
constexpr size_t MaxSteps = 6;

/// One function after the other, in the same buffers.
class ValueFlow {
public:
  /// Set id per local.
  using State = std::vector<OriginSet>;

  explicit ValueFlow(Program &P) : P(P), Sets(*P.Origins) {}

  void run(FunctionId Id);

  State entry();
  bool join(State &Into, const State &From);
  void transfer(State &S, EventId E);

private:
  /// As Values::AtEvent, while it may still change.
  struct AtEvent {
    OriginSet Value = 0;
    std::vector<OriginSet> Args, Pointees;
    std::vector<PathId> Where;
  };

  void start(FunctionId Id);
  void store(Values &Into);
  OriginSet intern(std::vector<Origin> Set);
  OriginSet single(Origin O) { return Sets.intern(O); }
  OriginSet unite(OriginSet A, OriginSet B);
  OriginSet resolve(const Operand &O, const State &S);
  OriginSet loaded(PathId Where, const State &S);
  OriginSet computed(uint32_t Parts, const State &S);
  std::vector<PathId> canonical(PathId Where, const State &S);
  bool isRenamed(const Path &Where, const State &S) const;
  void call(State &S, EventId E);
  OriginSet moduleState();

  Program &P;
  OriginSets &Sets;
  const Function *F = nullptr;
  std::vector<AtEvent> Events;
  std::vector<Values::AtEvent> Found; ///< the same, to be stored
  /// Locals of record or array type keep their own identity.
  std::vector<bool> Aggregate;
  EntityId ModuleState = None;
};

OriginSet ValueFlow::intern(std::vector<Origin> Set) {
  std::sort(Set.begin(), Set.end());
  Set.erase(std::unique(Set.begin(), Set.end()), Set.end());
  return Set.size() > MaxOrigins ? single({}) : Sets.intern(Set);
}

OriginSet ValueFlow::unite(OriginSet A, OriginSet B) {
  if (A == B || B == 0)
    return A;
  if (A == 0)
    return B;
  std::vector<Origin> Both = Sets[A];
  Both.insert(Both.end(), Sets[B].begin(), Sets[B].end());
  return intern(std::move(Both));
}

ValueFlow::State ValueFlow::entry() {
  State S(F->Locals.size(), 0);
  for (uint32_t I = 0; I != F->Params; ++I)
    S[I] = single({OperandKind::Load, P.intern({RootKind::Local, I, {}}), 0});
  return S;
}

bool ValueFlow::join(State &Into, const State &From) {
  bool Changed = false;
  for (size_t I = 0; I != Into.size(); ++I) {
    OriginSet Both = unite(Into[I], From[I]);
    Changed |= Both != Into[I];
    Into[I] = Both;
  }
  return Changed;
}

/// May what stands at the head of \p Where stand for something else?
bool ValueFlow::isRenamed(const Path &Where, const State &S) const {
  if (Where.Steps.empty() || Where.Steps[0].Kind != StepKind::Deref)
    return false;
  if (Where.Root == RootKind::Result)
    return Where.Index < F->Events.size();
  return Where.Root == RootKind::Local && Where.Index < S.size() &&
         S[Where.Index] != 0;
}

/// What a local may stand for at the head of a path, as path prefixes.
std::vector<PathId> ValueFlow::canonical(PathId Where, const State &S) {
  if (Where == None)
    return {};
  if (!isRenamed(P.path(Where), S))
    return {Where};
  const Path Old = P.path(Where);
  if (Old.Root == RootKind::Result) {
    // Py_NewRef(x)->field is x->field, state()->field is the_state.field.
    OriginSet R = resolve({OperandKind::Result, Old.Index}, S);
    if (Sets[R].size() != 1)
      return {Where};
    Origin O = Sets[R][0];
    if (O.Kind != OperandKind::Load && O.Kind != OperandKind::Address)
      return {Where};
    Path New = P.path(O.Index);
    New.Steps.insert(New.Steps.end(),
                     Old.Steps.begin() + (O.Kind == OperandKind::Address),
                     Old.Steps.end());
    if (New.Steps.size() <= MaxSteps)
      return {P.intern(New)};
    return {Where};
  }
  std::vector<PathId> Result;
  for (const Origin &O : Sets[S[Old.Index]]) {
    Path New;
    auto Rest = Old.Steps.begin();
    switch (O.Kind) {
    case OperandKind::Load:
      New = P.path(O.Index);
      break;
    case OperandKind::Address:
      New = P.path(O.Index);
      ++Rest; // *&x is x
      break;
    case OperandKind::Result:
      if (O.Out)
        continue;
      New = {RootKind::Result, O.Index, {}};
      break;
    default:
      continue;
    }
    New.Steps.insert(New.Steps.end(), Rest, Old.Steps.end());
    if (New.Steps.size() <= MaxSteps)
      Result.push_back(P.intern(New));
  }
  if (Result.empty())
    Result.push_back(Where);
  return Result;
}

/// Value stored at a path.
OriginSet ValueFlow::loaded(PathId Where, const State &S) {
  const Path &Bare = P.path(Where);
  if (Bare.Root == RootKind::Local && Bare.Steps.empty() &&
      Bare.Index < S.size()) {
    if (S[Bare.Index])
      return S[Bare.Index];
    return single({OperandKind::Load, Where, 0});
  }
  std::vector<Origin> Set;
  for (PathId C : canonical(Where, S)) {
    const Path &Target = P.path(C);
    if (Target.Root == RootKind::Local && Target.Steps.empty() &&
        Target.Index < S.size() && S[Target.Index]) {
      const auto &Known = Sets[S[Target.Index]];
      Set.insert(Set.end(), Known.begin(), Known.end());
    } else {
      Set.push_back({OperandKind::Load, C, 0});
    }
  }
  return intern(std::move(Set));
}

/// The state of the module: one place however it is asked for. Of a module
/// that is there once per interpreter, threads share it all the same.
OriginSet ValueFlow::moduleState() {
  if (ModuleState == None) {
    ModuleState = P.Facts.Entities.size();
    Entity E;
    E.Kind = EntityKind::Place;
    E.Class = TypeClass::Pointer;
    E.Usr = "module state";
    E.Name = "PyModule_GetState()";
    P.Facts.Entities.push_back(std::move(E));
  }
  return single(
      {OperandKind::Load, P.intern({RootKind::Place, ModuleState, {}}), 0});
}

OriginSet ValueFlow::resolve(const Operand &O, const State &S) {
  switch (O.Kind) {
  case OperandKind::Load:
    return loaded(O.Index, S);
  case OperandKind::Address: {
    std::vector<Origin> Set;
    for (PathId C : canonical(O.Index, S))
      Set.push_back({OperandKind::Address, C, 0});
    return intern(std::move(Set));
  }
  case OperandKind::Result: {
    const Event &Call = F->Events[O.Index];
    const ApiFunction *Api = P.api(Call);
    if (Api && Api->Borrow && Api->Borrow->Category == "module state")
      return moduleState();
    if (Api && Api->Ownership && Api->Ownership->Returns >= 0) {
      unsigned Arg = Api->Ownership->Returns;
      const std::vector<OriginSet> &Args = Events[O.Index].Args;
      if (Arg < Args.size() && Args[Arg])
        return Args[Arg];
    }
    if (auto It = P.BodyOf.find(Call.Callee); It != P.BodyOf.end())
      if (const Origin &Place = P.Functions[It->second].ReturnsPlace;
          Place.Kind != OperandKind::Unknown)
        return single(Place);
    return single({OperandKind::Result, O.Index, 0});
  }
  case OperandKind::Choice: {
    OriginSet Set = 0;
    for (const Operand &Part : std::vector<Operand>(P.Facts.Choices[O.Index]))
      if (Part.Kind != OperandKind::Choice)
        Set = unite(Set, resolve(Part, S));
    return Set ? Set : single({});
  }
  case OperandKind::Computed:
    return computed(O.Index, S);
  default:
    return single({O.Kind, O.Index, 0});
  }
}

/// What goes into arithmetic; nothing else is known of what comes out.
OriginSet ValueFlow::computed(uint32_t Parts, const State &S) {
  std::vector<Origin> Set;
  for (const Operand &Part : std::vector<Operand>(P.Facts.Choices[Parts])) {
    OriginSet Resolved = resolve(Part, S);
    for (const Origin &O : Sets[Resolved])
      if (O.Kind == OperandKind::Load)
        Set.push_back({OperandKind::Computed, O.Index, 0});
      else if (O.Kind == OperandKind::Result && O.Out == 0)
        Set.push_back({OperandKind::Computed, O.Index, 1});
      else if (O.Kind == OperandKind::Computed)
        Set.push_back(O);
  }
  return Set.empty() ? single({}) : intern(std::move(Set));
}

/// Arguments, and locals that the callee fills through their address.
void ValueFlow::call(State &S, EventId E) {
  const Event &Call = F->Events[E];
  AtEvent &At = Events[E];
  At.Args.clear();
  At.Pointees.clear();
  for (const Operand &A : Call.Args)
    At.Args.push_back(resolve(A, S));
  if (Call.Flags & EV_Implicit)
    return; // destructors fill nothing
  for (uint32_t I = 0; I != Call.Args.size(); ++I) {
    if (Call.Args[I].Kind != OperandKind::Address)
      continue;
    const Path &Target = P.path(Call.Args[I].Index);
    if (Target.Root != RootKind::Local || !Target.Steps.empty() ||
        Target.Index >= S.size() || Aggregate[Target.Index])
      continue;
    At.Pointees.resize(Call.Args.size());
    At.Pointees[I] = S[Target.Index];
    Origin Out{OperandKind::Result, E, I + 1};
    const ApiFunction *Api = P.api(Call);
    bool Fills = Api || Call.Callee == None || !P.BodyOf.count(Call.Callee);
    S[Target.Index] = Fills ? single(Out) : unite(S[Target.Index], single(Out));
  }
}

void ValueFlow::transfer(State &S, EventId E) {
  const Event &Ev = F->Events[E];
  AtEvent &At = Events[E];
  At.Where = canonical(Ev.Where, S);
  switch (Ev.Kind) {
  case EventKind::Call:
    return call(S, E);
  case EventKind::Bind: {
    At.Value = resolve(Ev.Value, S);
    uint32_t Local = P.path(Ev.Where).Index;
    if (Local < S.size() && !Aggregate[Local])
      S[Local] = At.Value;
    return;
  }
  case EventKind::Write: {
    At.Value = resolve(Ev.Value, S);
    // `*ptr = v` where ptr is the address of a local.
    if (At.Where.size() == 1) {
      const Path &Target = P.path(At.Where[0]);
      if (Target.Root == RootKind::Local && Target.Steps.empty() &&
          Target.Index < S.size() && !Aggregate[Target.Index])
        S[Target.Index] = At.Value;
    }
    return;
  }
  case EventKind::ReadWrite:
  case EventKind::Return:
  case EventKind::Branch:
    At.Value = resolve(Ev.Value, S);
    return;
  default:
    return;
  }
}

void ValueFlow::start(FunctionId Id) {
  F = &P.body(Id);
  Aggregate.clear();
  for (const Local &L : F->Locals)
    Aggregate.push_back(L.Class == TypeClass::Record || (L.Flags & EF_Array));
  if (Events.size() < F->Events.size())
    Events.resize(F->Events.size());
  for (EventId E = 0; E != F->Events.size(); ++E) {
    Events[E].Value = 0;
    Events[E].Args.clear();
    Events[E].Pointees.clear();
    Events[E].Where.clear();
  }
}

void ValueFlow::store(Values &Into) {
  Found.clear();
  for (EventId E = 0; E != F->Events.size(); ++E)
    Found.push_back(
        {Events[E].Args, Events[E].Pointees, Events[E].Where, Events[E].Value});
  Into.Sets = &Sets;
  Into.Events = Values::ByEvent(Found);
}

/// Calls in blocks that the flow never got to have no values.
static void markDead(Program &P, FunctionId F) {
  std::vector<Event> &Events = P.Facts.Functions[F].Events;
  const Values::ByEvent &Known = P.Functions[F].Value.Events;
  for (EventId E = 0; E != Events.size(); ++E)
    if (Events[E].Kind == EventKind::Call &&
        Known[E].Args.size() != Events[E].Args.size())
      Events[E].Flags |= EV_Dead;
}

/// Who is in a block, and does any access say that it is atomic?
static bool markLoose(Function &Body) {
  for (Event &E : Body.Events)
    E.Flags |= EV_Loose;
  for (const Block &B : Body.Blocks)
    for (EventId E : B.Events)
      Body.Events[E].Flags &= ~EV_Loose;
  return llvm::any_of(Body.Events,
                      [](const Event &E) { return E.has(EV_Atomic); });
}

void ValueFlow::run(FunctionId Id) {
  start(Id);
  forwardFlow(*F, *this);
  store(P.Functions[Id].Value);
  markDead(P, Id);
}

/// For the passes that follow, while everything of \p F is at hand.
static void indexEvents(Program &P, FunctionId F) {
  P.Functions[F].Atomics = markLoose(P.Facts.Functions[F]);
  const Function &Body = P.body(F);
  P.Index.add(Body, [&](EventId E) {
    const Event &Call = Body.Events[E];
    KnownCall Known;
    Known.Api = P.api(Call);
    if (auto It = P.BodyOf.find(Call.Callee); It != P.BodyOf.end())
      Known.Body = It->second;
    Known.Event = E;
    Known.Live = !Call.has(EV_Dead);
    return Known;
  });
}

} // namespace

Values::ByEvent::ByEvent(llvm::ArrayRef<AtEvent> All) : Count(All.size()) {
  size_t Begin = Count * HeadWords, Size = Begin;
  for (const AtEvent &At : All)
    Size += At.Args.size() + At.Pointees.size() + At.Where.size();
  Words.resize(Size);
  auto Put = [&](llvm::ArrayRef<uint32_t> List) {
    std::copy(List.begin(), List.end(), Words.begin() + Begin);
    Begin += List.size();
  };
  for (EventId E = 0; E != Count; ++E) {
    const AtEvent &At = All[E];
    Head H{uint32_t(Begin), At.Value, uint32_t(At.Args.size()),
           !At.Pointees.empty(), uint32_t(At.Where.size())};
    std::memcpy(Words.data() + E * HeadWords, &H, sizeof(H));
    Put(At.Args);
    Put(At.Pointees);
    Put(At.Where);
  }
}

OriginSet OriginSets::intern(llvm::ArrayRef<Origin> Set) {
  size_t Hash = Set.size();
  for (const Origin &O : Set)
    Hash = hashOf(O.Index, hashOf(O.Out, hashOf(uint64_t(O.Kind), Hash)));
  auto [Number, New] = Index.insert(Hash, Sets.size(), [&](uint32_t S) {
    return Set == llvm::ArrayRef<Origin>(Sets[S]);
  });
  if (New)
    Sets.push_back(Set.vec());
  return Number;
}

/// Values that depend on what functions return; each round settles accessors
/// of one level more.
static void settle(Program &P, ValueFlow &Flow, std::set<FunctionId> Again) {
  for (int Round = 0; Round != 4; ++Round) {
    for (FunctionId F : Again)
      Flow.run(F);
    Again.clear();
    for (FunctionId F = 0; F != P.Functions.size(); ++F) {
      Origin Place = returnedPlace(P, F);
      Origin &Known = P.Functions[F].ReturnsPlace;
      if (Place == Known || Place.Kind == OperandKind::Unknown)
        continue;
      Known = Place;
      for (const CallSite &C : P.Functions[F].Callers)
        Again.insert(C.Caller);
    }
    if (Again.empty())
      return;
  }
}

void computeValues(Program &P) {
  ValueFlow Flow(P);
  for (FunctionId F = 0; F != P.Functions.size(); ++F) {
    Flow.run(F);
    indexEvents(P, F);
  }
  settle(P, Flow, {});
  std::set<FunctionId> Again;
  for (FunctionId F = 0; F != P.Functions.size(); ++F)
    if (namesState(P, F)) {
      P.Functions[F].ReturnsPlace = stateBehind(P, F);
      for (const CallSite &C : P.Functions[F].Callers)
        Again.insert(C.Caller);
    }
  if (!Again.empty())
    settle(P, Flow, std::move(Again));
}

} // namespace ungil
