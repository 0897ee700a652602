//===- Outlived.cpp - pointers that outlive their section -----------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// `item = self->item; Py_END_CRITICAL_SECTION(); return Py_NewRef(item);`: the
// section kept others from letting the item go, and they can from its end on.
//
//===----------------------------------------------------------------------===//

#include "Link/Flow.h"
#include "Rules/Common.h"
#include "Rules/Locking.h"
#include "Rules/Objects.h"
#include "Ways.h"
#include <algorithm>
#include <set>

namespace ungil::rules {
namespace {

class Outlived {
public:
  Outlived(const Program &P, FunctionId F, const Section &S)
      : P(P), F(F), Body(P.body(F)), V(P.Functions[F].Value), S(S) {}

  void find(FindingList &All) const;

private:
  EntityId borrowed(EventId Bind) const;
  bool retained(const Origin &Value, EventId Bind) const;
  const FieldAccess *letGo(EntityId Field) const;
  EventId usedBehind(EventId Bind, uint32_t Local, const Origin &Value) const;
  bool uses(EventId E, uint32_t Local, const Origin &Value) const;
  bool covered(EventId E) const {
    return findLock(P.Functions[F].Locks.at(E), S.Lock);
  }

  const Program &P;
  FunctionId F;
  const Function &Body;
  const Values &V;
  const Section &S;
};

/// The field of the locked object whose pointer \p Bind puts into a local.
EntityId Outlived::borrowed(EventId Bind) const {
  const std::vector<Origin> &Set = V.value(Bind);
  if (Set.size() != 1 || Set[0].Kind != OperandKind::Load ||
      S.Lock.What.Kind != OperandKind::Load)
    return None;
  Path Prefix = P.path(S.Lock.What.Index);
  Prefix.Steps.push_back({StepKind::Deref, None});
  const Path &Where = P.path(Set[0].Index);
  bool Direct = Where.Root == Prefix.Root && Where.Index == Prefix.Index &&
                Where.Steps.size() == Prefix.Steps.size() + 1 &&
                std::equal(Prefix.Steps.begin(), Prefix.Steps.end(),
                           Where.Steps.begin()) &&
                Where.Steps.back().Kind == StepKind::Field;
  if (!Direct)
    return None;
  EntityId Field = Where.Steps.back().Field;
  TypeClass Class = P.entity(Field).Class;
  return Class == TypeClass::PyObject || Class == TypeClass::Pointer ? Field
                                                                     : None;
}

/// Who else stores to the field or releases what it holds, when the object
/// can be used by several threads.
const FieldAccess *Outlived::letGo(EntityId Field) const {
  auto It = P.Fields.find(Field);
  if (It == P.Fields.end())
    return nullptr;
  const FieldAccess *Found = nullptr;
  for (const FieldAccess &A : It->second) {
    // A helper that is given the field's address may only fill it once.
    bool Direct = P.event(A.At).Kind != EventKind::Call ||
                  !P.BodyOf.count(P.event(A.At).Callee);
    bool Drops = Direct && A.Rest.empty() &&
                 (A.Use == FieldUse::Write || A.Use == FieldUse::Release) &&
                 A.LazyTest == None && !A.Reinit &&
                 P.isConcurrent(A.At.Function);
    if (Drops && (!Found || P.provedConcurrent(A.At.Function)))
      Found = &A;
  }
  return Found;
}

/// Does the section take a reference of its own?
bool Outlived::retained(const Origin &Value, EventId Bind) const {
  for (EventId E = 0; E != Body.Events.size(); ++E) {
    const Event &Call = Body.Events[E];
    if (Call.Kind != EventKind::Call || !covered(E))
      continue;
    const ApiFunction *Api = P.api(Call);
    if (!Api || !Api->Ownership)
      continue;
    for (unsigned I = 0; I != V.Events[E].Args.size(); ++I) {
      const std::vector<int> &Retains = Api->Ownership->Retains;
      bool Takes = std::find(Retains.begin(), Retains.end(),
                             static_cast<int>(I)) != Retains.end() ||
                   Api->Ownership->Returns == static_cast<int>(I);
      if (Takes && V.arg(E, I) == std::vector<Origin>{Value})
        return true;
    }
  }
  // Moved out: the field is cleared and the reference is the function's.
  for (EventId E = 0; E != Body.Events.size(); ++E)
    if (Body.Events[E].Kind == EventKind::Write && covered(E))
      for (PathId Where : V.Events[E].Where)
        if (Where == Value.Index)
          return true;
  return false;
}

bool Outlived::uses(EventId E, uint32_t Local, const Origin &Value) const {
  auto Carries = [&](const Operand &O) {
    if (O.Kind != OperandKind::Load)
      return false;
    const Path &Where = P.path(O.Index);
    return Where.Root == RootKind::Local && Where.Index == Local &&
           Where.Steps.empty();
  };
  auto Same = [&](const std::vector<Origin> &Set) {
    return Set == std::vector<Origin>{Value};
  };
  const Event &Ev = Body.Events[E];
  switch (Ev.Kind) {
  case EventKind::Call:
    for (unsigned I = 0; I != V.Events[E].Args.size(); ++I)
      if (Carries(Ev.Args[I]) && Same(V.arg(E, I)))
        return true;
    return false;
  case EventKind::Return:
    return Carries(Ev.Value) && Same(V.value(E));
  case EventKind::Read:
  case EventKind::Write:
  case EventKind::ReadWrite: {
    const Path &Where = P.path(Ev.Where);
    return Where.Root == RootKind::Local && Where.Index == Local &&
           !Where.Steps.empty() && Where.Steps[0].Kind == StepKind::Deref;
  }
  default:
    return false;
  }
}

EventId Outlived::usedBehind(EventId Bind, uint32_t Local,
                             const Origin &Value) const {
  EventOrder Order(Body);
  for (EventId E = 0; E != Body.Events.size(); ++E) {
    uint32_t From = Order.Block[Bind], To = Order.Block[E];
    if (To == None || E == Bind || covered(E) || !isLive(P, {F, E}) ||
        !uses(E, Local, Value))
      continue;
    if (From == To ? Order.Position[E] > Order.Position[Bind]
                   : reaches(Body, From, To))
      return E;
  }
  return None;
}

void Outlived::find(FindingList &All) const {
  std::set<PathId> Said;
  for (EventId E = 0; E != Body.Events.size(); ++E) {
    if (Body.Events[E].Kind != EventKind::Bind || !covered(E))
      continue;
    EntityId Field = borrowed(E);
    if (Field == None)
      continue;
    Origin Value = V.value(E)[0];
    const FieldAccess *Writer = letGo(Field);
    if (!Writer || retained(Value, E))
      continue;
    EventId Use = usedBehind(E, P.path(Body.Events[E].Where).Index, Value);
    if (Use == None || !Said.insert(Value.Index).second)
      continue;
    bool Object = P.entity(Field).Class == TypeClass::PyObject;
    Finding Found = findingAt(P, "critical-section-escape", {F, Use});
    Found.Entity = P.entity(Field).Name;
    Found.Conf = confidenceIn(P, F,
                              Object && P.provedConcurrent(Writer->At.Function)
                                  ? Confidence::High
                                  : Confidence::Medium);
    Found.Message = "'" + P.text(Value, F) + "', read in " +
                    lockNoun(P, F, S.Lock) + ", is used behind its end";
    Found.Why = std::string("Another thread can ") +
                (Object ? "replace it and drop its last reference"
                        : "replace it and free what it points to") +
                " as soon as the section has ended, in '" +
                P.name(Writer->At.Function) + "'.";
    Found.Help = Object ? "Take a strong reference inside the section "
                          "(Py_NewRef), and release it when done."
                        : "Use it inside the section, or copy what is needed.";
    Found.Notes.push_back({Body.Events[E].Range, "read here"});
    Found.Notes.push_back(
        {P.event(Writer->At).Range,
         "let go here, in '" + P.name(Writer->At.Function) + "'"});
    All.push_back(std::move(Found));
  }
}

} // namespace

void findOutlived(const Program &P, FunctionId F, const Section &S,
                  FindingList &All) {
  if (S.Lock.Kind == LockKind::CriticalSection)
    Outlived(P, F, S).find(All);
}

} // namespace ungil::rules
