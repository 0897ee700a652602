//===- Structure.cpp - what tp_traverse visits ----------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Structure.h"
#include "Chain.h"
#include "Link/Flow.h"
#include "Rules/Common.h"
#include "Rules/Objects.h"
#include <map>

namespace ungil::rules {
namespace {

/// The garbage-collection slots of one type.
struct GcSlots {
  FunctionId Traverse = None;
  FunctionId Clear = None;
  bool Ambiguous = false; ///< several types share the table or function
};

bool isTableEntry(const EntryPoint &E) {
  return E.Table != None || E.Within != None;
}

std::vector<GcSlots> slotsByType(const Program &P) {
  // Slots set one by one (`type.tp_clear = f`) are told apart by the function
  // that sets them, which works while that function makes one type.
  std::map<std::pair<EntityId, EntityId>, GcSlots> ByTable;
  for (const EntryPoint &E : P.Facts.EntryPoints) {
    bool Traverse = E.Kind == EntryKind::Traverse;
    if ((!Traverse && E.Kind != EntryKind::Clear) || !isTableEntry(E))
      continue;
    auto Body = P.BodyOf.find(E.Function);
    GcSlots &Slots = ByTable[{E.Table, E.Within}];
    FunctionId &Slot = Traverse ? Slots.Traverse : Slots.Clear;
    FunctionId Here = Body == P.BodyOf.end() ? None : Body->second;
    Slots.Ambiguous |= Slot != None && Slot != Here;
    Slot = Here;
  }
  std::vector<GcSlots> All;
  for (const auto &[Table, Slots] : ByTable)
    if (!Slots.Ambiguous && Slots.Traverse != None)
      All.push_back(Slots);
  return All;
}

/// A field of the object and the event that shows it.
struct FieldAt {
  EntityId Field = None;
  Site At;
};

/// Fields of the object whose reference tp_clear drops, in its order.
std::vector<FieldAt> clearedFields(const Program &P, FunctionId Clear) {
  std::vector<FieldAt> Fields;
  for (const Below &B : below(P, Clear, [](FunctionId) { return false; })) {
    const std::vector<Event> &Events = P.body(B.Function).Events;
    for (EventId E = 0; E != Events.size(); ++E) {
      if (Events[E].Kind != EventKind::Call || !isLive(P, {B.Function, E}))
        continue;
      const ApiFunction *Api = P.api(Events[E]);
      if (!Api || !Api->Ownership)
        continue;
      for (int Arg : Api->Ownership->Releases)
        for (const Origin &O : P.Functions[B.Function].Value.arg(E, Arg))
          if (EntityId Field = ownField(P, B, O); Field != None)
            Fields.push_back({Field, {B.Function, E}});
    }
  }
  return Fields;
}

/// Every field that the traversal mentions, with where it does so first;
/// \p Closed is false when the object goes where the model cannot follow.
std::map<EntityId, Site> mentionedFields(const Program &P, FunctionId Traverse,
                                         bool &Closed) {
  std::map<EntityId, Site> Fields;
  Closed = true;
  for (const Below &B : below(P, Traverse, [](FunctionId) { return false; })) {
    const Values &V = P.Functions[B.Function].Value;
    const std::vector<Event> &Events = P.body(B.Function).Events;
    for (EventId E = 0; E != Events.size(); ++E) {
      const Event &Ev = Events[E];
      for (PathId Where : V.Events[E].Where)
        for (const Step &S : P.path(Where).Steps)
          if (S.Kind == StepKind::Field)
            Fields.try_emplace(S.Field, Site{B.Function, E});
      // Handed to a function whose body was not seen: it may visit anything.
      bool Unseen = Ev.Kind == EventKind::Call && !P.api(Ev) &&
                    !P.BodyOf.count(Ev.Callee);
      for (unsigned I = 0; Unseen && I != Ev.Args.size(); ++I)
        for (const Origin &O : V.arg(E, I))
          if (O.Kind == OperandKind::Load && P.path(O.Index).Steps.empty() &&
              P.path(O.Index).Root == RootKind::Local &&
              B.Self.count(P.path(O.Index).Index))
            Closed = false;
    }
  }
  return Fields;
}

/// Where the visit of a field that is missing would go: at that of the field
/// cleared before it, or at the function's name.
SourceRange visitBefore(const Program &P, const GcSlots &Slots, Site Before) {
  return Before.Function == Slots.Traverse ? P.event(Before).Range
                                           : P.entityOf(Slots.Traverse).Loc;
}

void checkVisitedAll(const Program &P, const GcSlots &Slots, FindingList &All) {
  if (Slots.Clear == None || !P.reportable(Slots.Traverse))
    return;
  bool Closed;
  std::map<EntityId, Site> Mentioned =
      mentionedFields(P, Slots.Traverse, Closed);
  std::vector<FieldAt> Missing;
  SourceRange Where;
  Site Before;
  unsigned Visited = 0;
  for (const FieldAt &Cleared : clearedFields(P, Slots.Clear)) {
    auto [It, New] = Mentioned.try_emplace(Cleared.Field, Cleared.At);
    if (!New) {
      Before = It->second;
      ++Visited;
    } else if (P.entity(Cleared.Field).Class == TypeClass::PyObject) {
      if (Missing.empty())
        Where = visitBefore(P, Slots, Before);
      Missing.push_back(Cleared);
    }
  }
  if (Missing.empty())
    return;
  std::string Names;
  for (const FieldAt &M : Missing)
    Names += (Names.empty() ? "'" : ", '") + P.entity(M.Field).Name + "'";
  Finding F;
  F.Rule = "traverse-refcount";
  F.Range = Where;
  F.Function = P.name(Slots.Traverse);
  F.Entity = P.entity(Missing[0].Field).Name;
  if (Missing.size() == 1 && Before.Function == Slots.Traverse)
    F.About = {Before.Function, Before.Event, Missing[0].Field};
  // One that is missing in a list of many was forgotten; several were left
  // out, because they only ever hold strings or numbers perhaps.
  bool Forgotten = Missing.size() == 1 && Visited >= 2 && Closed &&
                   !P.entityOf(Slots.Traverse).has(EF_HasError);
  F.Conf = Forgotten ? Confidence::Medium : Confidence::Low;
  F.Message = "'" + F.Function + "' does not visit " + Names + ", which '" +
              P.name(Slots.Clear) + "' clears";
  F.Why = "The collector counts the references that objects hold to each "
          "other. A reference it is not told about makes the cycle look used "
          "from outside, so it is never freed; and an object that relies on "
          "being found this way (deferred reference counting in free-threaded "
          "builds) can be freed while in use.";
  F.Help = "Add a Py_VISIT() for each. Fields that can only hold strings or "
           "numbers may be left out.";
  for (const FieldAt &M : Missing)
    F.Notes.push_back({P.event(M.At).Range,
                       "'" + P.entity(M.Field).Name + "' is cleared here"});
  All.push_back(std::move(F));
}

/// A call through the `visit` parameter, with the field it visits.
std::vector<FieldAt> visits(const Program &P, FunctionId Traverse) {
  std::vector<FieldAt> Found;
  Below Self{Traverse, {}, {0}, false};
  const std::vector<Event> &Events = P.body(Traverse).Events;
  const Values &V = P.Functions[Traverse].Value;
  for (EventId E = 0; E != Events.size(); ++E) {
    if (Events[E].Kind != EventKind::Call || Events[E].Callee != None ||
        Events[E].Where == None || V.arg(E, 0).size() != 1)
      continue;
    const Path &Callee = P.path(Events[E].Where);
    if (Callee.Root != RootKind::Local || Callee.Index != 1)
      continue;
    if (EntityId Field = ownField(P, Self, V.arg(E, 0)[0]); Field != None)
      Found.push_back({Field, {Traverse, E}});
  }
  return Found;
}

void checkVisitedOnce(const Program &P, const GcSlots &Slots,
                      FindingList &All) {
  if (!P.reportable(Slots.Traverse))
    return;
  const Function &Body = P.body(Slots.Traverse);
  EventOrder Order(Body);
  std::vector<FieldAt> Visits = visits(P, Slots.Traverse);
  for (size_t I = 0; I != Visits.size(); ++I)
    for (size_t J = 0; J != I; ++J) {
      uint32_t First = Order.Block[Visits[J].At.Event];
      uint32_t Second = Order.Block[Visits[I].At.Event];
      if (Visits[I].Field != Visits[J].Field || First == None ||
          Second == None ||
          (First != Second && !reaches(Body, First, Second) &&
           !reaches(Body, Second, First)))
        continue;
      Finding F = findingAt(P, "traverse-refcount", Visits[I].At);
      const std::string &Name = P.entity(Visits[I].Field).Name;
      F.Entity = Name;
      F.Conf = Confidence::Medium;
      F.Message =
          "'" + P.name(Slots.Traverse) + "' visits '" + Name + "' twice";
      F.Why = "The collector subtracts one reference per visit. The second "
              "visit takes away a reference that somebody else holds, and an "
              "object that is still used is freed.";
      F.Help = "Visit each owned reference exactly once.";
      F.Notes.push_back({P.event(Visits[J].At).Range, "visited here first"});
      All.push_back(std::move(F));
      break;
    }
}

/// Does \p F answer yes whatever it is asked?
bool alwaysTrue(const Program &P, FunctionId F) {
  bool Any = false;
  for (const Event &E : P.body(F).Events)
    if (E.Kind == EventKind::Return) {
      if (E.Value.Kind != OperandKind::Constant)
        return false;
      Any = true;
    }
  return Any;
}

void checkIsGc(const Program &P, FindingList &All) {
  for (const EntryPoint &E : P.Facts.EntryPoints) {
    if (E.Name != "tp_is_gc" || !E.Loc.isValid())
      continue;
    auto Body = P.BodyOf.find(E.Function);
    bool Seen = Body != P.BodyOf.end();
    if (Seen && (alwaysTrue(P, Body->second) || !P.reportable(Body->second)))
      continue;
    Finding F;
    F.Rule = "traverse-refcount";
    F.Range = E.Loc;
    F.Entity = P.entity(E.Function).Name;
    F.Conf = Seen ? Confidence::High : Confidence::Low;
    F.Message = "tp_is_gc is '" + F.Entity +
                "', which can answer no for an object in the collector's heap";
    F.Why = "The collector of free-threaded builds finds objects by walking "
            "the heap they are allocated in, and takes every object there for "
            "one of its own, whatever the type says of a single object.";
    F.Help = "Leave the slot empty, at least under #ifdef Py_GIL_DISABLED; "
             "make tp_clear do nothing for the objects it was meant to spare.";
    if (Seen)
      F.Notes.push_back({P.entityOf(Body->second).Loc, "answers here"});
    All.push_back(std::move(F));
  }
}

} // namespace

void checkStructure(const Program &P, FindingList &All) {
  for (const GcSlots &Slots : slotsByType(P)) {
    checkVisitedAll(P, Slots, All);
    checkVisitedOnce(P, Slots, All);
  }
  checkIsGc(P, All);
}

} // namespace ungil::rules
