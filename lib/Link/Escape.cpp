//===- Escape.cpp - what makes an object reachable for others -------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Link/Flow.h"
#include "Link/Ownership.h"
#include <algorithm>

namespace ungil {

//===-- Escape ------------------------------------------------------------===//

bool OwnershipModel::paramEscapes(FunctionId F, unsigned Param) {
  auto [It, New] = ParamEscape.try_emplace({F, Param}, false);
  if (!New)
    return It->second; // also the optimistic answer inside a recursion
  NestedAnswers::Question Here(Nested);
  if (Here.tooDeep())
    return It->second = true;
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
  if (!CallsPublish && Api->Ownership->Calls >= 0)
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

/// Types that places and fields hold, and the locals of each record.
void OwnershipModel::indexInstances() {
  if (!HeldTypes.empty() || !Instances.empty())
    return;
  for (const Entity &E : P.Facts.Entities)
    if (E.Kind == EntityKind::Place || E.Kind == EntityKind::Field)
      HeldTypes.insert(bareType(E.Type));
  for (FunctionId F = 0; F != P.Functions.size(); ++F)
    for (uint32_t L = 0; L != P.body(F).Locals.size(); ++L)
      if (EntityId Record = P.body(F).Locals[L].Record; Record != None)
        Instances[Record].emplace_back(F, L);
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
  indexInstances();
  if (HeldTypes.count(R.Name))
    return false;
  bool SomewhereLocal = false;
  for (auto [F, L] : Instances.lookup(Record))
    if (P.body(F).Locals[L].Class == TypeClass::Record)
      SomewhereLocal = true;
    else if (L >= P.body(F).Params && !boundToStack(F, L))
      return false;
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

} // namespace ungil
