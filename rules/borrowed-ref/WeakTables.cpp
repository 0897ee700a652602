//===- WeakTables.cpp - tables that do not own their objects --------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What makes a table weak is read off the destruction of its objects: there an
// entry is forgotten and no reference dropped. A lock around table and lookup
// does not help: the count has reached zero before the object asks for it.
//
//===----------------------------------------------------------------------===//

#include "WeakTables.h"
#include "Rules/Common.h"
#include <algorithm>
#include <map>
#include <set>
#include <string>

namespace ungil::rules {
namespace {

class WeakTables {
public:
  explicit WeakTables(const Program &P) : P(P) {
    for (const Entity &E : P.Facts.Entities)
      if (E.Kind == EntityKind::Record && E.has(EF_PyRecord))
        Objects.insert(E.Name);
  }

  void run(FindingList &All);

private:
  void collect(FunctionId F);
  bool dropsValueOf(FunctionId F, const Path &Slot) const;
  std::string containerOf(FunctionId F, EventId E) const;
  bool holdsObjects(const std::string &Type) const;
  void judge(FunctionId F, FindingList &All) const;
  std::set<EventId> foundIn(FunctionId F, const std::string &Container) const;
  bool isTested(FunctionId F, EventId Call) const;
  void report(Site S, const Site &Removal, FindingList &All) const;

  const Program &P;
  std::set<std::string> Objects{"_object", "PyObject"}; ///< types
  /// Where an entry is forgotten: by the field or static that holds it, or by
  /// the type of the C++ container.
  std::map<EntityId, Site> Slots;
  std::map<std::string, Site> Containers;
};

/// The field or static that holds the pointer at \p Where, elements included.
EntityId holderOf(const Path &Where) {
  EntityId Holder = Where.Root == RootKind::Place ? Where.Index : None;
  for (const Step &S : Where.Steps)
    if (S.Kind == StepKind::Field)
      Holder = S.Field;
  return Holder;
}

/// `self->field` of the object that is destroyed.
bool isOwnField(const Path &Where) {
  return Where.Root == RootKind::Local &&
         std::count_if(
             Where.Steps.begin(), Where.Steps.end(),
             [](const Step &S) { return S.Kind == StepKind::Deref; }) < 2;
}

std::string_view lastName(std::string_view Name) {
  size_t Colon = Name.rfind("::");
  return Colon == Name.npos ? Name : Name.substr(Colon + 2);
}

/// Type of the C++ object that member call \p E is made on, if it is a
/// container of the standard library or like one.
std::string WeakTables::containerOf(FunctionId F, EventId E) const {
  const Event &Call = P.body(F).Events[E];
  if (!Call.has(EV_MethodCall) || Call.Callee == None || Call.Args.empty())
    return {};
  const Operand &Object = Call.Args[0];
  if (Object.Kind != OperandKind::Address && Object.Kind != OperandKind::Load)
    return {};
  const Path &Where = P.path(Object.Index);
  std::string Type;
  if (EntityId Holder = holderOf(Where); Holder != None)
    Type = P.entity(Holder).Type;
  else if (Where.Root == RootKind::Local &&
           Where.Index < P.body(F).Locals.size())
    Type = P.body(F).Locals[Where.Index].Type;
  while (!Type.empty() &&
         (Type.back() == '&' || Type.back() == ' ' || Type.back() == '*'))
    Type.pop_back();
  if (Type.starts_with("const "))
    Type = Type.substr(6);
  return holdsObjects(Type) ? Type : std::string();
}

/// Is it a template of pointers to structures of Python objects?
bool WeakTables::holdsObjects(const std::string &Type) const {
  if (Type.find('<') == Type.npos)
    return false;
  for (size_t Star = Type.find(" *"); Star != Type.npos;
       Star = Type.find(" *", Star + 1)) {
    size_t Start = Type.find_last_of("<, ", Star - 1) + 1;
    if (Objects.count(Type.substr(Start, Star - Start)))
      return true;
  }
  return false;
}

/// Does \p F let go of a reference that \p Slot holds?
bool WeakTables::dropsValueOf(FunctionId F, const Path &Slot) const {
  const std::vector<Event> &Events = P.body(F).Events;
  for (EventId E = 0; E != Events.size(); ++E) {
    const ApiFunction *Api =
        Events[E].Kind == EventKind::Call ? P.api(Events[E]) : nullptr;
    if (!Api || !Api->Ownership)
      continue;
    for (int Arg : Api->Ownership->Releases)
      for (const Origin &O : P.Functions[F].Value.arg(E, Arg))
        if (O.Kind == OperandKind::Load &&
            holderOf(P.path(O.Index)) == holderOf(Slot))
          return true;
  }
  return false;
}

/// Entries that the destruction of an object forgets.
void WeakTables::collect(FunctionId F) {
  const std::vector<Event> &Events = P.body(F).Events;
  for (EventId E = 0; E != Events.size(); ++E) {
    const Event &Ev = Events[E];
    if (Ev.Kind == EventKind::Write && Ev.Value.Kind == OperandKind::Null)
      for (PathId Where : P.Functions[F].Value.Events[E].Where) {
        const Path &Slot = P.path(Where);
        EntityId Holder = holderOf(Slot);
        if (Holder != None && !isOwnField(Slot) &&
            P.entity(Holder).Class == TypeClass::PyObject &&
            !dropsValueOf(F, Slot))
          Slots.try_emplace(Holder, Site{F, E});
      }
    if (Ev.Kind == EventKind::Call && Ev.Callee != None &&
        lastName(P.entity(Ev.Callee).Name).starts_with("erase"))
      if (std::string Type = containerOf(F, E); !Type.empty())
        Containers.try_emplace(Type, Site{F, E});
  }
}

/// Events of \p F whose result leads to an element of \p Container: the
/// lookup, the iterators made of it, the conversions of what they point to.
std::set<EventId> WeakTables::foundIn(FunctionId F,
                                      const std::string &Container) const {
  const Function &Body = P.body(F);
  std::set<EventId> Results;
  std::set<uint32_t> Locals;
  auto Leads = [&](const Operand &O) {
    if (O.Kind == OperandKind::Result)
      return Results.count(O.Index) != 0;
    if (O.Kind != OperandKind::Load && O.Kind != OperandKind::Address)
      return false;
    const Path &Where = P.path(O.Index);
    return (Where.Root == RootKind::Result && Results.count(Where.Index)) ||
           (Where.Root == RootKind::Local && Locals.count(Where.Index));
  };
  for (bool Changed = true; Changed;) {
    size_t Before = Results.size() + Locals.size();
    for (EventId E = 0; E != Body.Events.size(); ++E) {
      const Event &Ev = Body.Events[E];
      if (Ev.Kind == EventKind::Bind && Leads(Ev.Value))
        Locals.insert(P.path(Ev.Where).Index);
      if (Ev.Kind != EventKind::Call)
        continue;
      bool From = std::any_of(Ev.Args.begin(), Ev.Args.end(), Leads) ||
                  containerOf(F, E) == Container;
      if (From)
        Results.insert(E);
    }
    Changed = Results.size() + Locals.size() != Before;
  }
  return Results;
}

/// A count that is only raised if it is not zero tells so.
bool WeakTables::isTested(FunctionId F, EventId Call) const {
  for (const Event &E : P.body(F).Events)
    if (E.Kind == EventKind::Branch &&
        E.Value == Operand{OperandKind::Result, Call})
      return true;
  return false;
}

void WeakTables::judge(FunctionId F, FindingList &All) const {
  const Function &Body = P.body(F);
  std::map<std::string, std::set<EventId>> Found;
  for (EventId E = 0; E != Body.Events.size(); ++E)
    if (Body.Events[E].Kind == EventKind::Call)
      if (std::string Type = containerOf(F, E); Containers.count(Type))
        Found.try_emplace(Type);
  for (auto &[Type, Results] : Found)
    Results = foundIn(F, Type);
  for (EventId E = 0; E != Body.Events.size(); ++E) {
    const Event &Call = Body.Events[E];
    const ApiFunction *Api =
        Call.Kind == EventKind::Call ? P.api(Call) : nullptr;
    if (!Api || !Api->Ownership || Api->Ownership->Retains.empty() ||
        isTested(F, E))
      continue;
    unsigned Arg = Api->Ownership->Retains.front();
    const Site *Removal = nullptr;
    for (const Origin &O : P.Functions[F].Value.arg(E, Arg))
      if (O.Kind == OperandKind::Load)
        if (auto It = Slots.find(holderOf(P.path(O.Index))); It != Slots.end())
          Removal = &It->second;
    for (const auto &[Type, Results] : Found)
      if (Arg < Call.Args.size() &&
          Call.Args[Arg].Kind == OperandKind::Result &&
          Results.count(Call.Args[Arg].Index))
        Removal = &Containers.at(Type);
    for (const auto &[Type, Results] : Found)
      for (const Origin &O : P.Functions[F].Value.arg(E, Arg))
        if ((O.Kind == OperandKind::Load &&
             P.path(O.Index).Root == RootKind::Result &&
             Results.count(P.path(O.Index).Index)))
          Removal = &Containers.at(Type);
    if (Removal && Removal->Function != F)
      report({F, E}, *Removal, All);
  }
}

void WeakTables::report(Site S, const Site &Removal, FindingList &All) const {
  Finding F = findingAt(P, "borrowed-ref", S);
  F.Entity = P.calleeName(P.event(S));
  F.Conf = confidenceIn(P, S.Function, Confidence::Medium);
  F.Message = "the count of an object is raised that a table holds without "
              "owning it: it may have reached zero";
  F.Why = "Of " + twoThreads(P, S.Function) +
          " and one that drops the last reference, the second is on its way "
          "into the destructor that takes the object out of the table when the "
          "first one finds it there: it returns an object that is freed.";
  F.Help = "Use PyUnstable_TryIncRef (3.14) and treat failure as not found; "
           "call PyUnstable_EnableTryIncRef when the object is stored.";
  F.Notes.push_back(
      {P.event(Removal).Range, "its destruction forgets the entry here, in '" +
                                   P.name(Removal.Function) + "'"});
  All.push_back(std::move(F));
}

void WeakTables::run(FindingList &All) {
  for (FunctionId F = 0; F != P.Functions.size(); ++F)
    if (P.Functions[F].Phases & P_Dealloc)
      collect(F);
  if (Slots.empty() && Containers.empty())
    return;
  for (FunctionId F = 0; F != P.Functions.size(); ++F)
    if (P.reportable(F) && P.isConcurrent(F) &&
        P.Functions[F].Phases != P_Dealloc)
      judge(F, All);
}

} // namespace

void judgeWeakTables(const Program &P, FindingList &All) {
  WeakTables(P).run(All);
}

} // namespace ungil::rules
