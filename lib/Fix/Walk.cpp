//===- Walk.cpp - loops over what a container lends -----------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fix/Walk.h"
#include "Link/Suspend.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include <tuple>

namespace ungil::fix {
namespace {

bool isReferenceCount(const Program &P, const Event &E) {
  if (E.Kind != EventKind::Call)
    return false;
  std::string Name = P.calleeName(E);
  return Name == "Py_INCREF" || Name == "Py_XINCREF" || Name == "Py_NewRef" ||
         Name == "Py_XNewRef";
}

HeldLock lockOf(const Program &P, const Walk &W) {
  HeldLock Lock;
  Lock.Kind = LockKind::CriticalSection;
  const auto &Owner =
      P.Functions[W.Call.Function].Value.arg(W.Call.Event, W.Owner);
  if (!Owner.empty())
    Lock.What = Owner.front();
  return Lock;
}

class WalkSection {
public:
  WalkSection(Draft &D, const FixContext &Context, const FunctionText &Code,
              const Walk &W)
      : D(D), Context(Context), P(Context.P), Code(Code), W(W),
        Body(P.body(W.Call.Function)) {}

  void run(StatementId Whole);

private:
  bool findRange(StatementId Whole);
  void checkContainer();
  bool suspends(EventId Use) const;
  bool takesReference(const std::string &Name, EventId Use) const;
  bool isOwned(const LentVariable &V, EventId Use) const;
  void keep(const LentVariable &V);
  uint32_t offsetOf(EventId E) const { return Body.Events[E].Range.Offset; }

  Draft &D;
  const FixContext &Context;
  const Program &P;
  const FunctionText &Code;
  Walk W;
  const Function &Body;
  Section S;
};

/// From \p Whole to the last sibling that uses what is lent.
bool WalkSection::findRange(StatementId Whole) {
  uint32_t First = Code[Whole].Offset, Last = First;
  for (EventId E : W.Before)
    First = std::min(First, offsetOf(E));
  for (const LentVariable &V : W.Lent)
    for (EventId E : V.Life.Uses) {
      First = std::min(First, offsetOf(E));
      Last = std::max(Last, offsetOf(E));
    }
  std::tie(S.First, S.Last) = statementsAround(Code, First, Last);
  if (S.First == None)
    D.refuse("what is lent is used all over the function");
  return S.First != None;
}

void WalkSection::checkContainer() {
  uint32_t Begin = Code[S.First].Offset, End = Code[S.Last].end();
  if (!isPlainPath(W.Container))
    return D.refuse("the container has no name of its own");
  if (const Local *L = changedIn(Code, W.Container, Begin, End))
    return D.refuse("'" + L->Name +
                    "' is set among the statements that the "
                    "section would be around");
  // A section needs an object.
  if (asksForNull(Code, W.Container, Begin, End))
    D.refuse("'" + W.Container + "' is asked for, as if it could be NULL");
}

/// Can another thread get at the container between the call and \p Use, or
/// while \p Use goes on?
bool WalkSection::suspends(EventId Use) const {
  Suspensions Breaks(P, P.reaches());
  return Breaks.at(Code.F, lockOf(P, W), Use).How != Reach::Nothing ||
         isInterrupted(P, W, W.Call.Event, Use);
}

/// Does the code take a reference of its own before \p Use, or in the same
/// statement, in the same block or around it?
bool WalkSection::takesReference(const std::string &Name, EventId Use) const {
  StatementId Here = Code.at(offsetOf(Use));
  return Here != None && llvm::any_of(Body.Events, [&](const Event &E) {
           if (!isReferenceCount(P, E) || E.Range.Offset >= Code[Here].end() ||
               E.Range.Offset < offsetOf(W.Call.Event))
             return false;
           StatementId Taking = Code.at(E.Range.Offset);
           return Taking != None && Code[Taking].Parent != None &&
                  Code.mentions(Name, Taking) &&
                  Code.within(Here, Code[Taking].Parent);
         });
}

/// Does \p Use have a reference that the code took, by \p V or by a copy?
bool WalkSection::isOwned(const LentVariable &V, EventId Use) const {
  const std::string &Name = Body.Locals[V.Local].Name;
  StatementId Here = Code.at(offsetOf(Use));
  if (Here == None || isReferenceCount(P, Body.Events[Use]))
    return false;
  if (Code.mentions(Name, Here))
    return takesReference(Name, Use);
  return llvm::all_of(V.Life.Uses, [&](EventId E) {
    return Body.Events[E].Kind != EventKind::Bind || takesReference(Name, E);
  });
}

/// A strong reference for \p V while the section may be let go.
void WalkSection::keep(const LentVariable &V) {
  const std::string &Name = Body.Locals[V.Local].Name;
  uint32_t End = Code[S.Last].end();
  bool Needed = false;
  for (EventId Use : V.Life.Uses) {
    const Event &E = Body.Events[Use];
    if (isReferenceCount(P, E) && !suspends(Use))
      continue;
    bool Plain = E.Kind == EventKind::Return || V.Life.Keeps.count(Use);
    if (Plain)
      return D.refuse("'" + Name + "' is " +
                      (E.Kind == EventKind::Return ? "returned" : "stored") +
                      " as it was borrowed");
    if (!suspends(Use))
      continue;
    if (W.Part == None)
      return D.refuse("'" + Name +
                      "' is used across calls that let go of the "
                      "section");
    if (offsetOf(Use) < Code[W.Part].Offset ||
        offsetOf(Use) >= Code[W.Part].end())
      return D.refuse("'" + Name +
                      "' is used behind the loop as it was "
                      "borrowed");
    Needed = true;
  }
  if (!Needed)
    return;
  for (EventId E = 0; E != Body.Events.size(); ++E) {
    const Event &Ev = Body.Events[E];
    if (Ev.Kind != EventKind::Bind || offsetOf(E) < Code[W.Part].Offset ||
        offsetOf(E) >= End ||
        (W.From != None && Code.at(offsetOf(E)) == W.From))
      continue;
    const Path &To = P.path(Ev.Where);
    if (To.Root == RootKind::Local && To.Index == V.Local && To.Steps.empty())
      return D.refuse("'" + Name + "' is set again in the loop");
  }
  S.Part = W.Part;
  S.From = W.From;
  S.Enter.push_back("Py_INCREF(" + Name + ");");
  S.Leave.push_back("Py_DECREF(" + Name + ");");
}

void WalkSection::run(StatementId Whole) {
  for (LentVariable &V : W.Lent) {
    std::vector<EventId> Borrowed;
    llvm::copy_if(V.Life.Uses, std::back_inserter(Borrowed),
                  [&](EventId Use) { return !isOwned(V, Use); });
    V.Life.Uses = std::move(Borrowed);
  }
  if (!findRange(Whole))
    return;
  checkContainer();
  for (const LentVariable &V : W.Lent)
    if (!D.isRefused())
      keep(V);
  S.Objects = {W.Container};
  putSection(D, Context, Code, S);
}

} // namespace

bool isInterrupted(const Program &P, const Walk &W, EventId From, EventId To) {
  Suspensions Breaks(P, P.reaches());
  const Function &Body = P.body(W.Call.Function);
  return llvm::any_of(eventsBetween(Body, From, To), [&](EventId E) {
    // A walk inside gets a section of its own, which this one may wait for.
    const Event &Ev = Body.Events[E];
    const ApiFunction *Api = Ev.Kind == EventKind::Call ? P.api(Ev) : nullptr;
    bool Walks = Api && Api->Borrow && Api->Borrow->Iteration;
    return (Walks && E != W.Call.Event) ||
           Breaks.at(W.Call.Function, lockOf(P, W), E).How != Reach::Nothing;
  });
}

void putSectionAround(Draft &D, const FixContext &Context,
                      const FunctionText &Code, const Walk &W,
                      StatementId Whole) {
  if (!D.isRefused())
    WalkSection(D, Context, Code, W).run(Whole);
}

} // namespace ungil::fix
