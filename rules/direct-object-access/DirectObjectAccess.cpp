//===- DirectObjectAccess.cpp - around the API, into the object -----------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Three ways around the locks of the runtime: functions that change an object
// in place without taking its lock, fields of the runtime's own structures,
// and `ob_refcnt`, which free-threaded headers do not even declare.
//
//===----------------------------------------------------------------------===//

#include "Fields.h"
#include "Rules/Common.h"
#include "Rules/Objects.h"
#include <algorithm>
#include <set>

namespace ungil::rules {
namespace {

constexpr std::string_view RuleId = "direct-object-access";

/// Confidence of a change of an object that nothing guards; nothing when the
/// object is nobody else's.
std::optional<Confidence> danger(const Program &P, Site S,
                                 const ObjectVerdict &V, bool Certain) {
  if (V.How == Sharing::Private)
    return std::nullopt;
  // New here and perhaps shown to others since, or from somewhere unseen.
  bool Shared = V.How == Sharing::Shared || V.Published;
  Confidence C = !Shared                               ? Confidence::Low
                 : Certain && V.How == Sharing::Shared ? Confidence::High
                                                       : Confidence::Medium;
  if (anyLockHeld(P, S))
    C = Confidence::Low;
  return confidenceIn(P, S.Function, C);
}

std::string whyShared(const Program &P, FunctionId F, const ObjectVerdict &V) {
  std::string Why = "Without the GIL " + twoThreads(P, F) +
                    " can do this at once, or while a third reads the object";
  if (!V.Why.empty())
    Why += "; it is shared: " + V.Why;
  return Why + ". The runtime's own functions take the object's lock; this "
               "does not.";
}

//===-- Functions that change an object without its lock ------------------===//

/// Fields that code of the scan stores into, or whose address it takes.
std::vector<bool> storedFields(const Program &P) {
  std::vector<bool> Fields(P.Facts.Entities.size());
  for (FunctionId F = 0; F != P.Functions.size(); ++F)
    for (EventId E = 0; E != P.body(F).Events.size(); ++E) {
      EventKind Kind = P.body(F).Events[E].Kind;
      if (Kind != EventKind::Write && Kind != EventKind::ReadWrite &&
          Kind != EventKind::Address)
        continue;
      for (PathId Where : P.Functions[F].Value.Events[E].Where)
        for (const auto &Step : P.path(Where).Steps)
          if (Step.Kind == StepKind::Field)
            Fields[Step.Field] = true;
    }
  return Fields;
}

/// Does every one of \p Objects come out of a plain structure whose field is
/// filled by code the scan does not see, of a library for one? Nothing is known
/// of those. Objects are different: what one keeps, its methods share.
bool keptElsewhere(const Program &P, const std::vector<bool> &Stored,
                   const std::vector<Origin> &Objects) {
  return !Objects.empty() &&
         std::all_of(Objects.begin(), Objects.end(), [&](const Origin &O) {
           if (O.Kind != OperandKind::Load)
             return false;
           EntityId Field = lastField(P, P.path(O.Index));
           if (Field == None || Stored[Field])
             return false;
           EntityId Record = P.entity(Field).Parent;
           return Record != None && !P.entity(Record).has(EF_PyRecord);
         });
}

void unlockedCalls(const Program &P, FindingList &All) {
  std::vector<bool> Stored = storedFields(P);
  forEachApiCall(P, [&](Site S, const Event &Call, const ApiFunction &Api) {
    if (!Api.Ownership || Api.Ownership->Mutates.size() != 1 || !Api.Effect ||
        Api.Effect->Class != Tier::T0)
      return; // takes a lock, or says that it may
    if (Api.Kind != "inline" && Api.Ownership->Steals.empty())
      return; // changes no header and stores no object
    unsigned Arg = Api.Ownership->Mutates[0];
    const std::vector<Origin> &Objects =
        P.Functions[S.Function].Value.arg(S.Event, Arg);
    ObjectVerdict V = judgeObjects(P, S, Objects);
    if (V.How == Sharing::Shared && keptElsewhere(P, Stored, Objects))
      V.How = Sharing::Unknown;
    std::optional<Confidence> C = danger(P, S, V, true);
    if (!C || P.sectionHeld(S, Arg))
      return;
    std::string Name = P.calleeName(Call);
    Finding F = findingAt(P, RuleId, S);
    F.Entity = Name;
    F.Conf = *C;
    F.Message = "'" + Name + "' changes " +
                argumentText(P, S.Function, Call, Arg) +
                (V.Published ? " after others may have got it"
                             : ", which other threads may use") +
                ", without a lock";
    F.Why = whyShared(P, S.Function, V);
    F.Help = "Fill the object before it is stored, returned or passed on; on "
             "one that is shared use the function that locks and checks "
             "(PyList_SetItem() for PyList_SET_ITEM()).";
    All.push_back(std::move(F));
  });
}

//===-- Fields of the runtime's structures --------------------------------===//

/// The first step of \p Where that names a field the table lists.
const RuntimeField *runtimeField(const Program &P, const Path &Where,
                                 size_t &Step) {
  for (Step = 0; Step != Where.Steps.size(); ++Step) {
    if (Where.Steps[Step].Kind != StepKind::Field)
      continue;
    const Entity &Field = P.entity(Where.Steps[Step].Field);
    if (!Field.has(EF_SystemHeader))
      continue;
    std::string_view Record = recordOf(P, Where.Steps[Step].Field);
    for (const RuntimeField &R : RuntimeFields)
      if (R.Record == Record && matches(R.Field, Field.Name))
        return &R;
  }
  return nullptr;
}

/// Does \p F make types ready? Then it is filling one in, lazily perhaps.
bool readiesTypes(const Program &P, FunctionId F) {
  for (const Event &E : P.body(F).Events)
    if (E.Kind == EventKind::Call && E.Callee != None &&
        P.entity(E.Callee).Name == "PyType_Ready")
      return true;
  return false;
}

/// The object whose field is touched at \p S, or the place that is one.
ObjectVerdict judgeOwner(const Program &P, Site S, const Path &Where,
                         size_t Step) {
  if (std::optional<Origin> Pointer = pointerBefore(P, Where, Step)) {
    ObjectVerdict V = judgeObjects(P, S, {*Pointer});
    // A type the runtime hands out (`Py_TYPE(x)`) is in use.
    if (V.How == Sharing::Unknown && !V.Fresh &&
        Pointer->Kind == OperandKind::Result &&
        recordOf(P, Where.Steps[Step].Field) == "_typeobject" &&
        P.api(P.body(S.Function).Events[Pointer->Index]))
      V = {Sharing::Shared, "it is the type of objects in use", false, false};
    return V;
  }
  if (Where.Root == RootKind::Place)
    return {Sharing::Shared, "it has static storage", false, false};
  return {Sharing::Private, "", false, false};
}

/// `tp_dict` and the like are changed through calls, too.
void changesThroughField(const Program &P, FindingList &All) {
  forEachApiCall(P, [&](Site S, const Event &Call, const ApiFunction &Api) {
    if (!Api.Ownership || readiesTypes(P, S.Function))
      return;
    for (int Arg : Api.Ownership->Mutates)
      for (const Origin &O : P.Functions[S.Function].Value.arg(S.Event, Arg)) {
        if (O.Kind != OperandKind::Load)
          continue;
        const Path Where = P.path(O.Index);
        size_t Step;
        const RuntimeField *R = runtimeField(P, Where, Step);
        if (!R || R->Record != "_typeobject" || Step + 1 != Where.Steps.size())
          continue;
        ObjectVerdict V = judgeOwner(P, S, Where, Step);
        std::optional<Confidence> C = danger(P, S, V, false);
        if (!C || V.Fresh)
          return;
        Finding F = findingAt(P, RuleId, S);
        std::string Name = P.entity(Where.Steps[Step].Field).Name;
        F.Entity = Name;
        F.Conf = *C;
        F.Message = "'" + P.calleeName(Call) + "' changes '" +
                    P.text(Where, S.Function) + "' of a type in use";
        F.Why = "The interpreter looks attributes up in types without a lock "
                "and remembers what it found; a change behind its back is a "
                "race and leaves stale entries in that cache.";
        F.Help = "Use PyObject_SetAttrString() on the type, or add the "
                 "attribute before PyType_Ready() at module initialisation.";
        All.push_back(std::move(F));
        return;
      }
  });
}

Finding fieldFinding(const Program &P, Site S, const Path &Where, size_t Step,
                     const RuntimeField &R, const ObjectVerdict &V) {
  const Event &E = P.event(S);
  bool Writes = E.Kind != EventKind::Read;
  Finding F = findingAt(P, RuleId, S);
  const std::string &Name = P.entity(Where.Steps[Step].Field).Name;
  F.Entity = Name;
  std::string What = "'" + P.text(Where, S.Function) + "'";
  if (Where.Root == RootKind::Result)
    What = "'" + Name + "' of " +
           P.text({OperandKind::Result, Where.Index, 0}, S.Function);
  F.Message = Writes ? What + " is written, but the runtime owns '" + Name + "'"
                     : "read of " + What +
                           " looks into an object that "
                           "other threads may change";
  F.Why = R.Record == "_typeobject"
              ? "Types are read without a lock by every thread, and slots are "
                "cached. " +
                    whyShared(P, S.Function, V)
              : whyShared(P, S.Function, V);
  F.Help = "Use " + std::string(R.Instead) + ".";
  return F;
}

/// `((PyListObject *)x)->ob_item[i] = y`: Extract shows the items as the
/// result of a call named after the field, whose argument is the container.
void itemWrite(const Program &P, Site S, FindingList &All) {
  const Event &E = P.event(S);
  const Path &Where = P.path(E.Where);
  if (Where.Root != RootKind::Result)
    return;
  const Event &Items = P.body(S.Function).Events[Where.Index];
  if (Items.Kind != EventKind::Call || Items.Callee == None ||
      P.entity(Items.Callee).Name.find("Object::ob_item") == std::string::npos)
    return;
  const std::vector<Origin> &Objects =
      P.Functions[S.Function].Value.arg(Where.Index, 0);
  ObjectVerdict V = judgeObjects(P, {S.Function, Where.Index}, Objects);
  std::optional<Confidence> C = danger(P, S, V, true);
  if (!C || P.sectionHeld({S.Function, Where.Index}, 0))
    return;
  Finding F = findingAt(P, RuleId, S);
  F.Entity = "ob_item";
  F.Conf = *C;
  F.Message = "item of " + argumentText(P, S.Function, Items, 0) +
              " is written through 'ob_item', without a lock";
  F.Why = whyShared(P, S.Function, V);
  F.Help = "Use PyList_SetItem(); fill a tuple before others get it.";
  All.push_back(std::move(F));
}

void fieldAccesses(const Program &P, FunctionId F, FindingList &All) {
  const Function &Body = P.body(F);
  const Values &Vals = P.Functions[F].Value;
  bool Readies = readiesTypes(P, F);
  std::set<SourceRange> Seen;
  for (EventId E = 0; E != Body.Events.size(); ++E) {
    const Event &Ev = Body.Events[E];
    bool Writes =
        Ev.Kind == EventKind::Write || Ev.Kind == EventKind::ReadWrite;
    if ((!Writes && Ev.Kind != EventKind::Read) || Ev.has(EV_Atomic))
      continue;
    if (Writes && Ev.Where != None)
      itemWrite(P, {F, E}, All);
    for (PathId Id : Vals.Events[E].Where) {
      const Path Where = P.path(Id);
      size_t Step;
      const RuntimeField *R = runtimeField(P, Where, Step);
      if (!R || (!Writes && !R->Reads) ||
          (Readies && R->Record == "_typeobject"))
        continue;
      // A field reached through the field is another object's business.
      if (lastField(P, Where) != Where.Steps[Step].Field)
        continue;
      Site S{F, E};
      ObjectVerdict V = judgeOwner(P, S, Where, Step);
      if (V.Fresh && R->Record == "_typeobject")
        continue; // a metaclass fills in the type it has just made
      std::optional<Confidence> C = danger(P, S, V, Writes);
      if (!C || !Seen.insert(Ev.Range).second)
        continue;
      Finding Found = fieldFinding(P, S, Where, Step, *R, V);
      Found.Conf = *C;
      All.push_back(std::move(Found));
    }
  }
}

//===-- What free-threaded headers do not declare -------------------------===//

/// The function whose body holds \p Range, or None.
FunctionId enclosing(const Program &P, const SourceRange &Range) {
  for (FunctionId F = 0; F != P.Functions.size(); ++F) {
    const SourceRange &Body = P.body(F).Body;
    if (Body.File == Range.File && Body.Offset <= Range.Offset &&
        Range.Offset < Body.Offset + Body.Length)
      return F;
  }
  return None;
}

void compileErrors(const Program &P, FindingList &All) {
  for (const DiagnosticFact &D : P.Facts.Errors) {
    if (!D.Loc.isValid() ||
        D.Message.find("no member named 'ob_refcnt'") == std::string::npos)
      continue;
    Finding F;
    F.Rule = RuleId;
    F.Range = D.Loc;
    F.Entity = "ob_refcnt";
    F.Sev = Severity::Error;
    F.Conf = Confidence::High;
    if (FunctionId In = enclosing(P, D.Loc); In != None) {
      F.Function = P.name(In);
      F.About.Function = In;
      F.Trace = P.traceTo({In, 0});
    }
    F.Message = "'ob_refcnt' does not exist in a free-threaded build";
    F.Why = "The count is split in two there, one part for the thread that "
            "made the object and one for all others; the file does not "
            "compile.";
    F.Help = "Use Py_REFCNT() to read the count, Py_INCREF() and Py_DECREF() "
             "to change it.";
    All.push_back(std::move(F));
  }
}

} // namespace

FindingList directObjectAccess(const Program &P) {
  FindingList All;
  compileErrors(P, All);
  unlockedCalls(P, All);
  changesThroughField(P, All);
  for (FunctionId F = 0; F != P.Functions.size(); ++F)
    if (P.reportable(F) && P.isConcurrent(F))
      fieldAccesses(P, F, All);
  return All;
}

} // namespace ungil::rules
