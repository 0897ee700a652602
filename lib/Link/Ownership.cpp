//===- Ownership.cpp - who can reach a container --------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A container is private from the call that makes it until it escapes: is
// stored, put into another container, or handed to something that keeps it.
// Parameters are as private as what every caller passes.
//
//===----------------------------------------------------------------------===//

#include "Link/Ownership.h"
#include "Link/Flow.h"
#include "Link/Passes.h"
#include <algorithm>

namespace ungil {

//===-- Verdicts ----------------------------------------------------------===//

static int rank(Sharing S) { return static_cast<int>(S); }

/// The keyword dict and argument tuple of a call belong to that call.
bool OwnershipModel::entryParameter(FunctionId F, unsigned Param,
                                    SharingVerdict &Out) {
  const Function &Body = P.body(F);
  unsigned First = P.entityOf(F).has(EF_Member) ? 1 : 0;
  for (uint32_t I : P.Functions[F].Entries) {
    const EntryPoint &E = P.Facts.EntryPoints[I];
    constexpr uint32_t Varargs = 1, Keywords = 2, FastCall = 0x80;
    bool Call = E.Name == "tp_call" || E.Kind == EntryKind::New ||
                E.Kind == EntryKind::Init;
    bool Method = E.Kind == EntryKind::Method &&
                  (E.MethodFlags & (Varargs | Keywords)) &&
                  !(E.MethodFlags & FastCall);
    if (!Call && !Method)
      continue;
    if (Param == First + 1 && Body.Params > First + 1) {
      Out = {Sharing::Immutable, "the argument tuple of this call", None, {}};
      return true;
    }
    if (Param == First + 2) {
      Out = {Sharing::Private,
             "the dict of keyword arguments belongs to this call",
             None,
             {}};
      return true;
    }
  }
  return false;
}

/// The worst that \p Ask says of the callers of \p F. \p Seen is the verdict
/// for a recursive question while it is not answered yet.
SharingVerdict OwnershipModel::ofCallers(
    FunctionId F, SharingVerdict &Seen,
    const std::function<SharingVerdict(const CallSite &)> &Ask) {
  const FunctionInfo &Info = P.Functions[F];
  Seen = {Sharing::Private, "", None, {}}; // optimistic
  if (!Info.Entries.empty())
    return {Sharing::Shared,
            "Python code passes it, and keeps its own reference",
            None,
            {}};
  NestedAnswers::Question Here(Nested);
  if (Info.AddressTaken || Info.Callers.empty() || Here.tooDeep())
    return {};
  SharingVerdict V{Sharing::Private, "", None, {}};
  for (const CallSite &C : Info.Callers) {
    if (C.Event == None || C.Handed)
      return {};
    SharingVerdict Passed = Ask(C);
    if (rank(Passed.How) > rank(V.How) || &C == &Info.Callers.front())
      V = Passed;
  }
  if (V.How == Sharing::Private)
    V.Why = "every caller passes a container of its own";
  return V;
}

SharingVerdict OwnershipModel::parameter(FunctionId F, unsigned Param) {
  auto [It, New] = Parameters.try_emplace({F, Param});
  if (!New)
    return It->second;
  SharingVerdict V;
  if (!entryParameter(F, Param, V))
    V = ofCallers(F, Parameters[{F, Param}], [&](const CallSite &C) {
      return operand(C.Caller, C.Event, Param);
    });
  return Parameters[{F, Param}] = V;
}

/// What parameter \p Param points to: `*dict` where callers pass `&out`.
SharingVerdict OwnershipModel::pointee(FunctionId F, unsigned Param) {
  auto [It, New] = Pointees.try_emplace({F, Param});
  if (!New)
    return It->second;
  SharingVerdict V = ofCallers(F, It->second, [&](const CallSite &C) {
    const Values &Theirs = P.Functions[C.Caller].Value;
    return worst(C.Caller, C.Event, Theirs.pointee(C.Event, Param));
  });
  return Pointees[{F, Param}] = V;
}

/// What is kept at a field or place: who stores into it, who changes it?
SharingVerdict OwnershipModel::stored(FunctionId F, EventId Use,
                                      const Path &Where) {
  EntityId Key = None;
  for (const Step &S : Where.Steps)
    if (S.Kind == StepKind::Field)
      Key = S.Field;
  if (Key == None && Where.Root == RootKind::Place)
    Key = Where.Index;
  if (Key == None) {
    bool Pointee = Where.Root == RootKind::Local && Where.Steps.size() == 1 &&
                   Where.Steps[0].Kind == StepKind::Deref &&
                   Where.Index < P.body(F).Params;
    return Pointee ? pointee(F, Where.Index) : SharingVerdict{};
  }
  // Type attributes that hold tuples.
  const std::string &Name = P.entity(Key).Name;
  if (Name == "tp_mro" || Name == "tp_bases")
    return {Sharing::Immutable, "it is a tuple", Key, {}};
  auto [It, New] = Stored.try_emplace(Key);
  if (!New)
    return It->second;
  indexStores();
  SharingVerdict V;
  V.Where = Key;
  EntityId Record =
      P.entity(Key).Kind == EntityKind::Field ? P.entity(Key).Parent : None;
  auto Of = [&](const Sites &All) -> llvm::ArrayRef<Site> {
    auto It = All.find(Key);
    if (It == All.end())
      return {};
    return It->second;
  };
  llvm::ArrayRef<Site> Writers = Of(Stores), Changers = Of(Mutators);
  if (Record != None && stackOnly(Record)) {
    // Private as long as only private values are stored.
    It->second = {Sharing::Private, "", Key, {}};
    V = {Sharing::Private,
         "it lives in a local structure of this call",
         Key,
         {}};
    for (Site S : Writers) {
      const auto &Values = P.Functions[S.Function].Value.value(S.Event);
      for (const Origin &O : Values) {
        if (O.Kind == OperandKind::Null)
          continue;
        SharingVerdict Here = origin(S.Function, S.Event, O);
        if (rank(Here.How) > rank(V.How))
          V = Here;
      }
    }
    if (Writers.empty())
      V = {Sharing::Unknown, "", Key, {}};
    return Stored[Key] = V;
  }
  bool Frozen = !Writers.empty();
  for (Site S : Writers)
    Frozen &= !P.isConcurrent(S.Function);
  for (Site S : Changers)
    if (P.isConcurrent(S.Function)) {
      Frozen = false;
      V.Mutators.push_back(S);
    }
  // A library's structure that nothing seen stores into may hold anything.
  bool Foreign = Writers.empty() && Changers.empty() && Record != None &&
                 !P.entity(Record).has(EF_PyRecord);
  V.How = Frozen    ? Sharing::Frozen
          : Foreign ? Sharing::Unknown
                    : Sharing::Shared;
  V.Why = Frozen ? "it is filled during module initialisation and never "
                   "changed afterwards"
                 : "";
  return Stored[Key] = V;
}

/// Every store into, and container mutation through, each place and field.
void OwnershipModel::indexStores() {
  if (Indexed)
    return;
  Indexed = true;
  auto KeyOf = [&](const Path &Where) {
    EntityId Key = None;
    for (const Step &S : Where.Steps)
      if (S.Kind == StepKind::Field)
        Key = S.Field;
    if (Key == None && Where.Root == RootKind::Place)
      Key = Where.Index;
    return Key;
  };
  for (FunctionId F = 0; F != P.Functions.size(); ++F) {
    const Values &V = P.Functions[F].Value;
    for (EventId E : P.writes(F))
      for (PathId Where : V.Events[E].Where)
        if (EntityId Key = KeyOf(P.path(Where)); Key != None)
          Stores[Key].push_back({F, E});
    for (const KnownCall &Call : P.calls(F)) {
      if (!Call.Api || !Call.Api->Ownership)
        continue;
      for (int Arg : Call.Api->Ownership->Mutates)
        for (const Origin &O : V.arg(Call.Event, Arg))
          if (O.Kind == OperandKind::Load)
            if (EntityId Key = KeyOf(P.path(O.Index)); Key != None)
              Mutators[Key].push_back({F, Call.Event});
    }
  }
}

SharingVerdict OwnershipModel::origin(FunctionId F, EventId Use,
                                      const Origin &O) {
  switch (O.Kind) {
  case OperandKind::Null:
  case OperandKind::Constant:
    return {Sharing::Private, "", None, {}};
  case OperandKind::Load: {
    const Path Where = P.path(O.Index);
    if (Where.Root == RootKind::Local && Where.Steps.empty() &&
        Where.Index < P.body(F).Params)
      return parameter(F, Where.Index);
    return stored(F, Use, Where);
  }
  case OperandKind::Result: {
    const Event &Call = P.body(F).Events[O.Index];
    if (O.Out)
      return {}; // parsed arguments, values of lookups
    const ApiFunction *Api = P.api(Call);
    if (Api && Api->Name == "PySequence_Fast") {
      // The argument itself when it is a list; otherwise private.
      SharingVerdict V;
      for (const Origin &Source : P.Functions[F].Value.arg(O.Index, 0))
        V = origin(F, O.Index, Source);
      return V;
    }
    if (!isFreshCall(F, O.Index))
      return {};
    if (Api && Api->Ownership && Api->Ownership->Immutable)
      return {Sharing::Immutable, "it cannot change once made", None, {}};
    if (escapedBefore(F, O.Index, 0, Use))
      return {Sharing::Unknown, "", None, {}};
    return {Sharing::Private,
            "it is made by this call and not shared yet",
            None,
            {}};
  }
  default:
    return {};
  }
}

SharingVerdict OwnershipModel::worst(FunctionId F, EventId Use,
                                     const std::vector<Origin> &Set) {
  if (Set.empty())
    return {};
  SharingVerdict Worst{Sharing::Private, "", None, {}};
  for (const Origin &O : Set) {
    SharingVerdict Here = origin(F, Use, O);
    if (rank(Here.How) > rank(Worst.How) ||
        (rank(Here.How) == rank(Worst.How) && Worst.Why.empty()))
      Worst = Here;
  }
  return Worst;
}

SharingVerdict OwnershipModel::operand(FunctionId F, EventId E, unsigned Arg) {
  return worst(F, E, P.Functions[F].Value.arg(E, Arg));
}

//===-- Summaries ---------------------------------------------------------===//

/// A function whose every result is new, private, or NULL.
static bool returnsFresh(Program &P, OwnershipModel &Model, FunctionId F) {
  bool Any = false;
  for (EventId E : P.returns(F))
    for (const Origin &O : P.Functions[F].Value.value(E)) {
      if (O.Kind == OperandKind::Null)
        continue;
      if (O.Kind != OperandKind::Result || O.Out ||
          !Model.isFreshCall(F, O.Index) ||
          Model.escapedBefore(F, O.Index, 0, E))
        return false;
      Any = true;
    }
  return Any;
}

/// Does \p F return what an API call lent it, without taking a reference?
static void findLending(Program &P, FunctionId F) {
  const Function &Body = P.body(F);
  const Values &V = P.Functions[F].Value;
  EventId Lender = None;
  for (EventId E : P.returns(F))
    for (const Origin &O : V.value(E)) {
      if (O.Kind != OperandKind::Result || O.Out)
        continue;
      const ApiFunction *Api = P.api(Body.Events[O.Index]);
      if (Api && Api->Borrow && Api->Borrow->Danger >= Hazard::SharedMutable &&
          Api->Borrow->Outs.empty() && !Api->Borrow->Interior)
        Lender = O.Index;
    }
  if (Lender == None)
    return;
  for (const KnownCall &Call : P.calls(F))
    if (Call.Api && Call.Api->Ownership)
      for (int Arg : Call.Api->Ownership->Retains)
        for (const Origin &O : V.arg(Call.Event, Arg))
          if (O.Kind == OperandKind::Result && O.Index == Lender)
            return; // it returns a strong reference
  int Owner = P.api(Body.Events[Lender])->Borrow->Owner;
  int Param = -1;
  if (Owner >= 0) {
    const auto &Set = V.arg(Lender, Owner);
    if (Set.size() != 1 || Set[0].Kind != OperandKind::Load)
      return;
    const Path &Where = P.path(Set[0].Index);
    if (Where.Root != RootKind::Local || !Where.Steps.empty() ||
        Where.Index >= Body.Params)
      return;
    Param = Where.Index;
  }
  P.Functions[F].Lends = Lender;
  P.Functions[F].LendsOwner = Param;
}

void computeOwnership(Program &P) {
  for (FunctionId F = 0; F != P.Functions.size(); ++F)
    findLending(P, F);
  // Grows monotonically: a round can only add functions.
  for (int Round = 0; Round != 3; ++Round) {
    OwnershipModel Model(P);
    bool Changed = false;
    for (FunctionId F = 0; F != P.Functions.size(); ++F)
      if (!P.Functions[F].ReturnsFresh && returnsFresh(P, Model, F))
        Changed = P.Functions[F].ReturnsFresh = true;
    if (!Changed)
      break;
  }
}

// Asking interns paths, which changes no answer: const for every reader.
OwnershipModel::OwnershipModel(const Program &P)
    : P(const_cast<Program &>(P)) {}

OwnershipModel &Program::owners() const { return model<OwnershipModel>(); }

SharingVerdict Program::sharing(Site S, unsigned Arg) const {
  return owners().operand(S.Function, S.Event, Arg);
}

} // namespace ungil
