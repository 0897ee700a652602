//===- RefcountOne.cpp - the count as proof of uniqueness -----------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Finds reads of a reference count (Py_REFCNT, a function that returns it, the
// field itself) whose value decides something. A count that is printed or
// handed back to Python decides nothing.
//
//===----------------------------------------------------------------------===//

#include "Rules/Common.h"
#include "Rules/Objects.h"
#include <algorithm>

namespace ungil::rules {
namespace {

class CountReads {
public:
  explicit CountReads(const Program &P)
      : P(P), Count(P.Known ? P.Known->find("Py_REFCNT") : nullptr),
        ReturnsCount(P.Functions.size()) {
    findWrappers();
  }

  /// Is it a call that gives a reference count?
  bool isRead(const KnownCall &Call) const {
    return Call.Body == None ? Count && Call.Api == Count
                             : ReturnsCount[Call.Body];
  }

private:
  bool isRead(FunctionId F, EventId E) const {
    const Event &Call = P.body(F).Events[E];
    if (Call.Kind != EventKind::Call || Call.Callee == None)
      return false;
    if (auto It = P.BodyOf.find(Call.Callee); It != P.BodyOf.end())
      return ReturnsCount[It->second];
    return Count && P.api(Call) == Count;
  }

  void findWrappers() {
    std::vector<FunctionId> Work; // what they return their callers may, too
    auto Look = [&](FunctionId F) {
      if (ReturnsCount[F] || !returnsCount(F))
        return;
      ReturnsCount[F] = true;
      Work.push_back(F);
    };
    for (FunctionId F = 0; F != P.Functions.size(); ++F)
      Look(F);
    while (!Work.empty()) {
      FunctionId F = Work.back();
      Work.pop_back();
      for (const CallSite &C : P.Functions[F].Callers)
        Look(C.Caller);
    }
  }

  bool returnsCount(FunctionId F) const {
    for (EventId E : P.returns(F))
      for (const Origin &O : P.Functions[F].Value.value(E))
        if (O.Kind == OperandKind::Result && !O.Out && isRead(F, O.Index))
          return true;
    return false;
  }

  const Program &P;
  const ApiFunction *Count;
  std::vector<bool> ReturnsCount;
};

/// Tests that ask "is anybody left", not "am I alone".
bool asksForZero(TestKind Test) {
  return Test == TestKind::IsZero || Test == TestKind::NonZero;
}

bool contains(const SourceRange &Outer, const SourceRange &Inner) {
  return Outer.File == Inner.File && Outer.Offset <= Inner.Offset &&
         Inner.Offset + Inner.Length <= Outer.Offset + Outer.Length;
}

/// The event that decides with the result of \p Read, or None. Branches name
/// their subject; a comparison kept in a variable or returned shows only as
/// the store or return around the read.
EventId decision(const Program &P, FunctionId F, EventId Read) {
  const Function &Body = P.body(F);
  const Values &V = P.Functions[F].Value;
  const Origin Result{OperandKind::Result, Read, 0};
  bool Used = false;
  for (EventId E = 0; E != Body.Events.size(); ++E) {
    auto Has = [&](const std::vector<Origin> &Set) {
      return std::find(Set.begin(), Set.end(), Result) != Set.end();
    };
    if (Body.Events[E].Kind == EventKind::Branch && Has(V.value(E)))
      return asksForZero(Body.Events[E].Test) ? None : E;
    Used |= Has(V.value(E));
    for (unsigned I = 0; I != Body.Events[E].Args.size(); ++I)
      Used |= Has(V.arg(E, I));
  }
  if (Used || Body.Events[Read].has(EV_Discarded))
    return None;
  EventId Nearest = None;
  for (EventId E = 0; E != Body.Events.size(); ++E) {
    const Event &Ev = Body.Events[E];
    bool Takes = Ev.Kind == EventKind::Return || Ev.Kind == EventKind::Bind ||
                 Ev.Kind == EventKind::Write || Ev.Kind == EventKind::Call ||
                 Ev.Kind == EventKind::ReadWrite ||
                 Ev.Kind == EventKind::Branch;
    if (E != Read && Takes && contains(Ev.Range, Body.Events[Read].Range) &&
        (Nearest == None ||
         Ev.Range.Length < Body.Events[Nearest].Range.Length))
      Nearest = E;
  }
  if (Nearest == None)
    return None;
  const Event &Ev = Body.Events[Nearest];
  if (Ev.Value.Kind != OperandKind::Unknown)
    return None;
  if (Ev.Kind == EventKind::Bind) {
    // `int alone = Py_REFCNT(x) == 1`, not `Py_ssize_t others = ... - 1`.
    const std::string &Type = Body.Locals[P.path(Ev.Where).Index].Type;
    return Type.ends_with("int") || Type.ends_with("ool") ? Nearest : None;
  }
  // A branch without a subject tests several things at once.
  bool Keeps = Ev.Kind == EventKind::Return || Ev.Kind == EventKind::Write ||
               Ev.Kind == EventKind::Branch;
  return Keeps ? Nearest : None;
}

/// A destructor may ask whether a finaliser has resurrected its own object.
bool isOwnDealloc(const Program &P, FunctionId F,
                  const std::vector<Origin> &Objects) {
  if (P.Functions[F].Phases & ~(P_Dealloc | P_Traverse))
    return false;
  return std::all_of(Objects.begin(), Objects.end(), [&](const Origin &O) {
    bool Named = O.Kind == OperandKind::Load || O.Kind == OperandKind::Address;
    return Named && P.path(O.Index).Root == RootKind::Local &&
           P.path(O.Index).Index == 0;
  });
}

void describe(const Program &P, Finding &F, Site S, const std::string &Object,
              EventId Decides) {
  F.Message = "reference count of " + Object +
              " is taken as proof that nobody else uses it";
  F.Why = "Without the GIL another thread can take a new reference between "
          "the test and what follows, and the count does not show references "
          "that are borrowed, deferred or kept on an interpreter stack. "
          "Of " +
          twoThreads(P, S.Function) + " each can see a count of one and go on.";
  F.Help = "Use PyUnstable_Object_IsUniquelyReferenced() (3.14; "
           "pythoncapi-compat has it for older versions), or do not change "
           "the object in place.";
  if (P.event({S.Function, Decides}).Range.Line != F.Range.Line)
    F.Notes.push_back(
        {P.event({S.Function, Decides}).Range, "decided with here"});
}

/// `op->ob_refcnt == 1` where the headers have that field.
void fieldTests(const Program &P, FunctionId F, FindingList &All) {
  const Function &Body = P.body(F);
  for (EventId E = 0; E != Body.Events.size(); ++E) {
    const Event &Branch = Body.Events[E];
    if (Branch.Kind != EventKind::Branch || asksForZero(Branch.Test))
      continue;
    for (const Origin &O : P.Functions[F].Value.value(E)) {
      if (O.Kind != OperandKind::Load)
        continue;
      EntityId Field = lastField(P, P.path(O.Index));
      if (Field == None || P.entity(Field).Name != "ob_refcnt" ||
          !P.entity(Field).has(EF_SystemHeader))
        continue;
      Finding Found = findingAt(P, "refcount-one", {F, E});
      Found.Entity = "ob_refcnt";
      Found.Conf = confidenceIn(P, F, Confidence::Medium);
      describe(P, Found, {F, E}, "the object", E);
      All.push_back(std::move(Found));
      break;
    }
  }
}

} // namespace

FindingList refcountOne(const Program &P) {
  FindingList All;
  CountReads Reads(P);
  for (FunctionId F = 0; F != P.Functions.size(); ++F) {
    if (!P.reportable(F) || !P.isConcurrent(F))
      continue;
    fieldTests(P, F, All);
    for (const KnownCall &Call : P.calls(F)) {
      EventId E = Call.Event;
      Site S{F, E};
      if (!Call.Live || !Reads.isRead(Call))
        continue;
      EventId Decides = decision(P, F, E);
      const std::vector<Origin> &Objects = P.Functions[F].Value.arg(E, 0);
      if (Decides == None || isOwnDealloc(P, F, Objects))
        continue;
      ObjectVerdict V = judgeObjects(P, S, Objects);
      if (V.How == Sharing::Private)
        continue;
      Finding Found = findingAt(P, "refcount-one", S);
      Found.Entity = P.calleeName(P.event(S));
      Found.Conf = V.How == Sharing::Shared && !anyLockHeld(P, S)
                       ? Confidence::High
                       : Confidence::Medium;
      Found.Conf = confidenceIn(P, F, Found.Conf);
      std::string Object = argumentText(P, F, P.event(S), 0);
      describe(P, Found, S, Object, Decides);
      All.push_back(std::move(Found));
    }
  }
  return All;
}

} // namespace ungil::rules
