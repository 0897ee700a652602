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

//===-- Escape ------------------------------------------------------------===//

bool OwnershipModel::paramEscapes(FunctionId F, unsigned Param) {
  auto [It, New] = ParamEscape.try_emplace({F, Param}, false);
  if (!New)
    return It->second; // also the optimistic answer inside a recursion
  Origin Self{OperandKind::Load, P.intern({RootKind::Local, Param, {}}), 0};
  bool Escapes = false;
  for (EventId E = 0; E != P.body(F).Events.size() && !Escapes; ++E)
    Escapes = escapesAt(F, E, Self);
  return ParamEscape[{F, Param}] = Escapes;
}

/// Does event \p E hand \p O to somebody who may show it to another thread?
bool OwnershipModel::escapesAt(FunctionId F, EventId E, const Origin &O) {
  const Event &Ev = P.body(F).Events[E];
  const Values &V = P.Functions[F].Value;
  auto Has = [&](const std::vector<Origin> &Set) {
    return std::find(Set.begin(), Set.end(), O) != Set.end();
  };
  if (Ev.Kind == EventKind::Write) {
    if (!Has(V.value(E)))
      return false;
    for (PathId Where : V.Events[E].Where) {
      const Path &Target = P.path(Where);
      if (Target.Root == RootKind::Place)
        return true;
      if (Target.Steps.empty())
        continue; // a local
      bool IntoItself =
          (Target.Root == RootKind::Result && O.Kind == OperandKind::Result &&
           Target.Index == O.Index) ||
          (Target.Root == RootKind::Local && O.Kind == OperandKind::Load &&
           P.path(O.Index) == Path{RootKind::Local, Target.Index, {}});
      if (IntoItself)
        continue; // `self->handle->user_data = self`
      if (Target.Root == RootKind::Local && !storesInStack(F, Target))
        return true;
      if (Target.Root == RootKind::Result)
        return true;
      if (Target.Root == RootKind::Unknown)
        return true;
    }
    return false;
  }
  if (Ev.Kind != EventKind::Call || (Ev.Flags & EV_Implicit))
    return false;
  for (unsigned I = 0; I != V.Events[E].Args.size(); ++I)
    if (Has(V.arg(E, I)) && keeps(F, E, I))
      return true;
  return false;
}

/// Is \p Target a field of a record that only ever lives on the stack?
bool OwnershipModel::storesInStack(FunctionId F, const Path &Target) {
  if (Target.Index >= P.body(F).Locals.size())
    return false;
  const Local &L = P.body(F).Locals[Target.Index];
  if (Target.Steps[0].Kind != StepKind::Deref)
    return true; // a field of a local record
  return L.Record != None && stackOnly(L.Record);
}

bool OwnershipModel::keeps(FunctionId F, EventId E, unsigned Arg) {
  const Event &Call = P.body(F).Events[E];
  if (auto It = P.BodyOf.find(Call.Callee); It != P.BodyOf.end())
    return Arg >= P.body(It->second).Params || paramEscapes(It->second, Arg);
  const ApiFunction *Api = P.api(Call);
  if (!Api) // unknown function, function pointer
    return LibrariesPublish || Call.Callee == None ||
           !P.entity(Call.Callee).has(EF_Extern);
  auto In = [&](const std::vector<int> &List) {
    return std::find(List.begin(), List.end(), static_cast<int>(Arg)) !=
           List.end();
  };
  if (!Api->Ownership)
    // Code of which only the effect is known: what runs Python code with it
    // may keep it.
    return !Api->Borrow && !Api->Lock && !Api->Memory && !Api->Alloc &&
           Api->Effect && Api->Effect->Class == Tier::Arbitrary;
  if (!In(Api->Ownership->Keeps) && !In(Api->Ownership->Steals))
    return false;
  // Kept by a container that is itself private is not shared yet.
  int Into = Api->Ownership->Into;
  if (Into >= 0) {
    const auto &Set = P.Functions[F].Value.arg(E, Into);
    return !std::all_of(Set.begin(), Set.end(), [&](const Origin &O) {
      return O.Kind == OperandKind::Result && !O.Out && isFreshCall(F, O.Index);
    }) || Set.empty();
  }
  return true;
}

/// Is \p O the address of a type object, or a variable that holds one?
static bool isType(const Program &P, const Origin &O) {
  if (O.Kind != OperandKind::Address && O.Kind != OperandKind::Load)
    return false;
  const Path &Where = P.path(O.Index);
  EntityId Holder = Where.Root == RootKind::Place ? Where.Index : None;
  for (const Step &S : Where.Steps)
    if (S.Kind == StepKind::Field)
      Holder = S.Field;
  return Holder != None &&
         P.entity(Holder).Type.find("_typeobject") != std::string::npos;
}

/// Calling a type makes an object.
static bool callsType(const Program &P, FunctionId F, EventId E,
                      const ApiFunction &Api) {
  if (!Api.Ownership || Api.Ownership->Calls < 0)
    return false;
  const auto &Called = P.Functions[F].Value.arg(E, Api.Ownership->Calls);
  return !Called.empty() &&
         std::all_of(Called.begin(), Called.end(),
                     [&](const Origin &O) { return isType(P, O); });
}

bool OwnershipModel::isFreshCall(FunctionId F, EventId E) {
  const Event &Call = P.body(F).Events[E];
  if (auto It = P.BodyOf.find(Call.Callee); It != P.BodyOf.end())
    return P.Functions[It->second].ReturnsFresh;
  const ApiFunction *Api = Call.Callee == None ? P.slot(Call) : P.api(Call);
  return Api && ((Api->Ownership && !Api->Ownership->Fresh.empty()) ||
                 callsType(P, F, E, *Api));
}

/// May the object made by event \p Made have escaped before \p Use?
bool OwnershipModel::escapedBefore(FunctionId F, EventId Made, uint32_t Out,
                                   EventId Use) {
  const Function &Body = P.body(F);
  Origin O{OperandKind::Result, Made, Out};
  std::vector<EventId> Escapes;
  for (EventId E = 0; E != Body.Events.size(); ++E)
    if (E != Use && E != Made && escapesAt(F, E, O))
      Escapes.push_back(E);
  if (Escapes.empty())
    return false;
  struct Flow {
    EventId Made, Use;
    const std::vector<EventId> &Escapes;
    bool AtUse = false;
    bool entry() { return false; }
    bool join(bool &A, bool B) {
      bool Changed = B && !A;
      A |= B;
      return Changed;
    }
    void transfer(bool &Escaped, EventId E) {
      if (E == Use)
        AtUse |= Escaped;
      if (E == Made)
        Escaped = false;
      else if (std::binary_search(Escapes.begin(), Escapes.end(), E))
        Escaped = true;
    }
  } Analysis{Made, Use, Escapes};
  forwardFlow(Body, Analysis);
  return Analysis.AtUse;
}

//===-- Records on the stack ----------------------------------------------===//

static std::string bareType(std::string T) {
  for (std::string_view Word : {"const ", "struct ", "volatile ", "class "})
    for (size_t At; (At = T.find(Word)) != std::string::npos;)
      T.erase(At, Word.size());
  while (!T.empty() && (T.back() == '*' || T.back() == ' ' || T.back() == '&'))
    T.pop_back();
  return T;
}

/// Are all instances of \p Record local variables? Then a field of it is as
/// private as the frame that holds it.
bool OwnershipModel::stackOnly(EntityId Record) {
  auto [It, New] = StackOnly.try_emplace(Record, false);
  if (!New)
    return It->second;
  const Entity &R = P.entity(Record);
  if (R.has(EF_PyRecord) || R.Name.empty())
    return false;
  if (HeldTypes.empty())
    for (const Entity &E : P.Facts.Entities)
      if (E.Kind == EntityKind::Place || E.Kind == EntityKind::Field)
        HeldTypes.insert(bareType(E.Type));
  if (HeldTypes.count(R.Name))
    return false;
  bool SomewhereLocal = false;
  for (FunctionId F = 0; F != P.Functions.size(); ++F) {
    const Function &Body = P.body(F);
    for (uint32_t L = 0; L != Body.Locals.size(); ++L) {
      if (Body.Locals[L].Record != Record)
        continue;
      if (Body.Locals[L].Class == TypeClass::Record)
        SomewhereLocal = true;
      else if (L >= Body.Params && !boundToStack(F, L))
        return false;
    }
  }
  return StackOnly[Record] = SomewhereLocal;
}

/// Does every value of pointer \p L come from a parameter or a local?
bool OwnershipModel::boundToStack(FunctionId F, uint32_t L) {
  const Function &Body = P.body(F);
  const Values &V = P.Functions[F].Value;
  for (EventId E = 0; E != Body.Events.size(); ++E) {
    if (Body.Events[E].Kind != EventKind::Bind ||
        P.path(Body.Events[E].Where).Index != L)
      continue;
    for (const Origin &O : V.value(E)) {
      if (O.Kind == OperandKind::Null)
        continue;
      if (O.Kind != OperandKind::Load && O.Kind != OperandKind::Address)
        return false;
      if (P.path(O.Index).Root != RootKind::Local)
        return false;
    }
  }
  return true;
}

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

SharingVerdict OwnershipModel::parameter(FunctionId F, unsigned Param) {
  auto Key = std::make_pair(F, Param);
  if (auto It = Parameters.find(Key); It != Parameters.end())
    return It->second;
  SharingVerdict V;
  if (entryParameter(F, Param, V))
    return Parameters[Key] = V;
  const FunctionInfo &Info = P.Functions[F];
  // Optimistic while the callers are asked, for recursion.
  Parameters[Key] = {Sharing::Private, "", None, {}};
  V = {Sharing::Private, "", None, {}};
  bool Any = false;
  for (const CallSite &C : Info.Callers) {
    if (C.Event == None || C.Handed) {
      V = {Sharing::Unknown, "", None, {}};
      Any = true;
      break;
    }
    SharingVerdict Here = operand(C.Caller, C.Event, Param);
    if (!Any || rank(Here.How) > rank(V.How))
      V = Here;
    Any = true;
  }
  if (!Any || !Info.Entries.empty() || Info.AddressTaken) {
    bool FromPython = !Info.Entries.empty();
    V = {FromPython ? Sharing::Shared : Sharing::Unknown,
         FromPython ? "Python code passes it, and keeps its own reference" : "",
         None,
         {}};
  } else if (V.How == Sharing::Private) {
    V.Why = "every caller passes a container of its own";
  }
  return Parameters[Key] = V;
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
  if (Key == None)
    return {};
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
  const auto &Writers = Stores[Key];
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
  for (Site S : Mutators[Key])
    if (P.isConcurrent(S.Function)) {
      Frozen = false;
      V.Mutators.push_back(S);
    }
  V.How = Frozen ? Sharing::Frozen : Sharing::Shared;
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
    const Function &Body = P.body(F);
    const Values &V = P.Functions[F].Value;
    for (EventId E = 0; E != Body.Events.size(); ++E) {
      const Event &Ev = Body.Events[E];
      if (Ev.Kind == EventKind::Write)
        for (PathId Where : V.Events[E].Where)
          if (EntityId Key = KeyOf(P.path(Where)); Key != None)
            Stores[Key].push_back({F, E});
      if (Ev.Kind != EventKind::Call)
        continue;
      const ApiFunction *Api = P.api(Ev);
      if (!Api || !Api->Ownership)
        continue;
      for (int Arg : Api->Ownership->Mutates)
        for (const Origin &O : V.arg(E, Arg))
          if (O.Kind == OperandKind::Load)
            if (EntityId Key = KeyOf(P.path(O.Index)); Key != None)
              Mutators[Key].push_back({F, E});
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

SharingVerdict OwnershipModel::operand(FunctionId F, EventId E, unsigned Arg) {
  SharingVerdict Worst{Sharing::Private, "", None, {}};
  const auto Set = P.Functions[F].Value.arg(E, Arg);
  if (Set.empty())
    return {};
  for (const Origin &O : Set) {
    SharingVerdict Here = origin(F, E, O);
    if (rank(Here.How) > rank(Worst.How) || Worst.Why.empty())
      if (rank(Here.How) >= rank(Worst.How))
        Worst = Here;
  }
  return Worst;
}

//===-- Summaries ---------------------------------------------------------===//

/// A function whose every result is new, private, or NULL.
static bool returnsFresh(Program &P, OwnershipModel &Model, FunctionId F) {
  const Function &Body = P.body(F);
  bool Any = false;
  for (EventId E = 0; E != Body.Events.size(); ++E) {
    if (Body.Events[E].Kind != EventKind::Return)
      continue;
    for (const Origin &O : P.Functions[F].Value.value(E)) {
      if (O.Kind == OperandKind::Null)
        continue;
      if (O.Kind != OperandKind::Result || O.Out ||
          !Model.isFreshCall(F, O.Index) ||
          Model.escapedBefore(F, O.Index, 0, E))
        return false;
      Any = true;
    }
  }
  return Any;
}

/// Does \p F return what an API call lent it, without taking a reference?
static void findLending(Program &P, FunctionId F) {
  const Function &Body = P.body(F);
  const Values &V = P.Functions[F].Value;
  EventId Lender = None;
  for (EventId E = 0; E != Body.Events.size(); ++E) {
    const Event &Ev = Body.Events[E];
    if (Ev.Kind == EventKind::Return)
      for (const Origin &O : V.value(E)) {
        if (O.Kind != OperandKind::Result || O.Out)
          continue;
        const ApiFunction *Api = P.api(Body.Events[O.Index]);
        if (Api && Api->Borrow &&
            Api->Borrow->Danger >= Hazard::SharedMutable &&
            Api->Borrow->Outs.empty() && !Api->Borrow->Interior)
          Lender = O.Index;
      }
  }
  if (Lender == None)
    return;
  for (EventId E = 0; E != Body.Events.size(); ++E) {
    const ApiFunction *Api = Body.Events[E].Kind == EventKind::Call
                                 ? P.api(Body.Events[E])
                                 : nullptr;
    if (Api && Api->Ownership)
      for (int Arg : Api->Ownership->Retains)
        for (const Origin &O : V.arg(E, Arg))
          if (O.Kind == OperandKind::Result && O.Index == Lender)
            return; // it returns a strong reference
  }
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

SharingVerdict Program::sharing(Site S, unsigned Arg) const {
  // Asking interns paths, which changes no answer: const for every reader.
  if (!Owners || &Owners->program() != this)
    Owners = std::make_shared<OwnershipModel>(const_cast<Program &>(*this));
  return Owners->operand(S.Function, S.Event, Arg);
}

} // namespace ungil
