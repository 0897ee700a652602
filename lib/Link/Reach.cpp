//===- Reach.cpp - what may happen during a call ------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Link/Reach.h"
#include <algorithm>

namespace ungil {

/// The field or static place that a value stored at \p Where belongs to.
static EntityId holderOf(const Path &Where) {
  if (!Where.Steps.empty() && Where.Steps.back().Kind == StepKind::Field)
    return Where.Steps.back().Field;
  return Where.Root == RootKind::Place && Where.Steps.empty() ? Where.Index
                                                              : None;
}

Reaches::Reaches(const Program &P) : P(P), Worst(P.Functions.size()) {
  indexStores();
  indexTargets();
  // Bottom-up: a function that got worse makes its callers look again.
  std::vector<FunctionId> Work;
  auto Raise = [&](FunctionId F, const CallEffect &E) {
    if (E.How > Worst[F].How) {
      Worst[F] = E;
      Work.push_back(F);
    }
  };
  for (FunctionId F = 0; F != P.Functions.size(); ++F) {
    for (const KnownCall &Call : P.calls(F)) {
      Site At{F, Call.Event};
      bool Outside =
          Call.Body == None || isOutside(P.body(F).Events[Call.Event]);
      if (Outside && !Targets.count({F, Call.Event}))
        Raise(F, {outside(At), At});
    }
  }
  while (!Work.empty()) {
    FunctionId F = Work.back();
    Work.pop_back();
    for (const CallSite &C : P.Functions[F].Callers)
      if (!C.Handed && C.Event != None)
        Raise(C.Caller, Worst[F]);
  }
}

void Reaches::indexStores() {
  for (FunctionId F = 0; F != P.Functions.size(); ++F)
    for (EventId E : P.writes(F))
      if (EntityId Holder = holderOf(P.path(P.body(F).Events[E].Where));
          Holder != None)
        Stores[Holder].push_back({F, E});
}

/// Does the data decide what \p Call does? The body of a template names only
/// some of what its instances call.
bool Reaches::isOutside(const Event &Call) const {
  return !P.BodyOf.count(Call.Callee) ||
         (P.entity(Call.Callee).has(EF_Template) && P.Known &&
          P.Known->isBindingTool(P.entity(Call.Callee).Name));
}

/// Indirect calls that Link has resolved.
void Reaches::indexTargets() {
  for (FunctionId F = 0; F != P.Functions.size(); ++F)
    for (const CallSite &C : P.Functions[F].Callers)
      if (C.Indirect)
        Targets[{C.Caller, C.Event}].push_back(F);
}

CallEffect Reaches::of(Site S) const {
  const Event &Call = P.event(S);
  if (Call.Kind != EventKind::Call)
    return {};
  if (auto It = P.BodyOf.find(Call.Callee); It != P.BodyOf.end()) {
    CallEffect Inside = Worst[It->second];
    Reach Data = isOutside(Call) ? outside(S) : Reach::Nothing;
    return Data > Inside.How ? CallEffect{Data, S} : Inside;
  }
  if (auto It = Targets.find({S.Function, S.Event}); It != Targets.end()) {
    CallEffect Of;
    for (FunctionId Target : It->second)
      if (Worst[Target].How > Of.How)
        Of = Worst[Target];
    return Of;
  }
  return {outside(S), S};
}

/// A call that leaves the extension.
Reach Reaches::outside(Site S) const {
  const Event &Call = P.event(S);
  if (Call.Callee == None)
    return Reach::Perhaps; // a function pointer
  if (const ApiFunction *Api = P.api(Call))
    return api(S, *Api);
  const Entity &Callee = P.entity(Call.Callee);
  // A binding tool's classes hold references, which they take and drop.
  if (P.Known && P.Known->isBindingTool(Callee.Name)) {
    bool Holds = Callee.has(EF_Destructor) || Callee.has(EF_Constructor) ||
                 Callee.Name.ends_with("::operator=");
    return Holds ? Reach::Perhaps : Reach::Likely;
  }
  // What the interpreter exports and the data does not know is arbitrary;
  // other libraries do not call back unless they were given a function.
  bool OfPython =
      Callee.has(EF_SystemHeader) &&
      (Callee.Name.starts_with("Py") || Callee.Name.starts_with("_Py"));
  return OfPython ? Reach::Likely : Reach::Nothing;
}

Reach Reaches::api(Site S, const ApiFunction &Api) const {
  if (!Api.Effect) {
    if (Api.Borrow || Api.Lock || Api.Memory || Api.Alloc || Api.Libc)
      return Reach::Nothing;
    return Api.Ownership && Api.Name.starts_with("Py") ? Reach::Likely
                                                       : Reach::Nothing;
  }
  const std::vector<int> &Plain = Api.Effect->Plain;
  switch (Api.Effect->Class) {
  case Tier::T0:
  case Tier::T0A:
  case Tier::Block:
    return Reach::Nothing;
  case Tier::T1:
  case Tier::Detach:
    return Reach::Waits;
  case Tier::T2:
    if (Plain.empty())
      return Reach::Perhaps;
    return std::all_of(Plain.begin(), Plain.end(),
                       [&](int Arg) { return isPlain(S, Arg); })
               ? Reach::Waits
               : Reach::Likely;
  case Tier::Arbitrary:
    break;
  }
  if (!Api.Ownership || Api.Ownership->Releases.empty())
    return Reach::Python;
  Reach How = Reach::Nothing;
  for (int Arg : Api.Ownership->Releases)
    How = std::max(How, release(S, Arg));
  return How;
}

/// Dropping a reference runs Python code when it is the last one: that of a
/// place or field may be, one that was only just taken rarely is.
Reach Reaches::release(Site S, unsigned Arg) const {
  const std::vector<Origin> &Set =
      P.Functions[S.Function].Value.arg(S.Event, Arg);
  if (Set.empty() || isPlain(S, Arg))
    return Set.empty() ? Reach::Perhaps : Reach::Nothing;
  Reach How = Reach::Perhaps;
  for (const Origin &O : Set)
    if (O.Kind == OperandKind::Load || O.Kind == OperandKind::Address) {
      const Path &Where = P.path(O.Index);
      bool Parameter = Where.Root == RootKind::Local && Where.Steps.empty();
      if (!Parameter)
        How = Reach::Likely;
    }
  return How;
}

bool Reaches::isPlain(Site S, unsigned Arg) const {
  const std::vector<Origin> &Set =
      P.Functions[S.Function].Value.arg(S.Event, Arg);
  return !Set.empty() &&
         std::all_of(Set.begin(), Set.end(),
                     [&](const Origin &O) { return isPlain(S, O, 0); });
}

bool Reaches::isPlain(Site S, const Origin &O, int Depth) const {
  switch (O.Kind) {
  case OperandKind::Null:
  case OperandKind::Constant:
  case OperandKind::String:
    return true;
  case OperandKind::Address: {
    // `&PyUnicode_Type`, `&_Py_NoneStruct`
    const Path &Where = P.path(O.Index);
    return Where.Root == RootKind::Place &&
           P.entity(Where.Index).has(EF_SystemHeader);
  }
  case OperandKind::Result: {
    const ApiFunction *Api = P.api(P.body(S.Function).Events[O.Index]);
    if (!Api || O.Out || !Api->Ownership)
      return false;
    const std::string &Kind = Api->Ownership->Fresh;
    return Kind == "str" || Kind == "number" || Kind == "bytes";
  }
  case OperandKind::Load: {
    const Path &Where = P.path(O.Index);
    if (Where.Root == RootKind::Place && Where.Steps.empty() &&
        P.entity(Where.Index).has(EF_SystemHeader))
      return true; // PyExc_ValueError
    return holdsPlain(holderOf(Where), Depth);
  }
  default:
    return false;
  }
}

/// Does every store seen put a plain object there?
bool Reaches::holdsPlain(EntityId Holder, int Depth) const {
  if (Holder == None || Depth > 2)
    return false;
  auto It = Stores.find(Holder);
  if (It == Stores.end())
    return false;
  bool Some = false;
  for (const Site &S : It->second)
    for (const Origin &O : P.Functions[S.Function].Value.value(S.Event)) {
      if (O.Kind == OperandKind::Null)
        continue;
      Some = true;
      if (!isPlain(S, O, Depth + 1))
        return false;
    }
  return Some;
}

const Reaches &Program::reaches() const { return model<Reaches>(); }

} // namespace ungil
