//===- HandleFix.cpp - one lock for one handle of a library ---------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HandleFix.h"
#include "Fix/Frame.h"
#include "Fix/Variable.h"
#include "Link/Reach.h"
#include "Rules/Locking.h"
#include "llvm/ADT/STLExtras.h"
#include <map>
#include <optional>
#include <set>
#include <string>

namespace ungil::rules {
namespace {

using namespace fix;

class HandleFix {
public:
  HandleFix(const FixContext &Context, EntityId Place)
      : Context(Context), P(Context.P), Place(Place), E(P.entity(Place)) {}

  FixPlan plan();

private:
  FixPlan refuse(std::string Why) const {
    return {Applicability::Manual, "no edit: " + std::move(Why), {}};
  }
  std::string findCalls();
  std::string whyNotUnder(const FunctionText &Code, EventId Call) const;
  FixPlan lockIn(FunctionId F, const std::set<EventId> &Here) const;
  Edit declaration(const Variable &V) const;

  const FixContext &Context;
  const Program &P;
  EntityId Place;
  const Entity &E;
  std::string Mutex;
  std::map<FunctionId, std::set<EventId>> Calls; ///< that are given the handle
};

/// Who else works on it would need the lock as well.
std::string HandleFix::findCalls() {
  for (const Access &A : P.Places.at(Place)) {
    FunctionId F = A.At.Function;
    if (!P.isConcurrent(F))
      continue;
    if (A.Opaque)
      Calls[F].insert(A.At.Event);
    else if (A.Kind == AccessKind::Address)
      return "its address is handed on";
    else if (A.writes() || A.Indirect)
      return "'" + P.name(F) + "' works on it without a call of the library";
    for (const HeldLock &L : P.Functions[F].Locks.at(A.At.Event))
      if (isMutex(L))
        return "'" + P.name(F) + "' holds a lock already";
  }
  return {};
}

/// Nothing in the statement may run Python code, or take the lock again.
std::string HandleFix::whyNotUnder(const FunctionText &Code,
                                   EventId Call) const {
  StatementId At = Code.at(P.event({Code.F, Call}));
  if (At == None)
    return "a call is not in a statement";
  auto [Begin, End] = Code[At].Kind == StatementKind::If
                          ? Code.condition(At)
                          : std::pair(Code[At].Offset, Code[At].end());
  const std::vector<Event> &Events = P.body(Code.F).Events;
  for (EventId I = 0; I != Events.size(); ++I) {
    const Event &Other = Events[I];
    if (Other.Kind != EventKind::Call || Other.Range.Offset < Begin ||
        Other.Range.Offset >= End)
      continue;
    if (!P.bodiesOf(Other.Callee).empty() ||
        P.reaches().of({Code.F, I}).How != Reach::Nothing)
      return "'" + P.calleeName(Other) +
             "' in the same statement may run Python code or take the lock";
  }
  return {};
}

FixPlan HandleFix::lockIn(FunctionId F, const std::set<EventId> &Here) const {
  FunctionText Code(P, F, Context.text(P.body(F).Body.File));
  Draft D(Code);
  if (!Code.isValid())
    return refuse("'" + P.name(F) + "' is written by a macro");
  useApi(D, Context, Code, "PyMutex_Lock", 0x30d, /*InCompat=*/false);
  std::set<StatementId> Done;
  for (EventId Call : Here) {
    if (std::string Why = whyNotUnder(Code, Call); !Why.empty())
      D.refuse(Why);
    else if (Done.insert(Code.at(P.event({F, Call}))).second)
      frameCall(D, Code, Call, "PyMutex_Lock(&" + Mutex + ");",
                "PyMutex_Unlock(&" + Mutex + ");");
  }
  return D.finish(Applicability::Suggested, "");
}

/// A line behind that of the handle.
Edit HandleFix::declaration(const Variable &V) const {
  std::string_view Text = Context.text(V.File);
  size_t Line = Text.rfind('\n', V.Begin) + 1;
  size_t Word = Text.find_first_not_of(" \t", Line);
  size_t End = Text.find('\n', V.End);
  if (End == Text.npos)
    End = Text.size();
  std::string Break = "\n";
  if (End && Text[End - 1] == '\r') {
    --End;
    Break = "\r\n";
  }
  return {V.File, static_cast<uint32_t>(End), 0,
          Break + std::string(Text.substr(Line, Word - Line)) +
              "static PyMutex " + Mutex + "; // for calls that are given " +
              E.Name};
}

FixPlan HandleFix::plan() {
  std::optional<Variable> V = variableOf(E, Context.text(E.Declaration.File));
  if (!V || !E.has(EF_Internal) || E.has(EF_StaticLocal))
    return refuse("a library keeps state behind it, and it is not a variable "
                  "of one file");
  Mutex = E.Name + "_mutex";
  if (Context.text(V->File).find(Mutex) != std::string_view::npos)
    return refuse("the file has a '" + Mutex + "' of its own");
  if (std::string Why = findCalls(); !Why.empty())
    return refuse(std::move(Why));
  FixPlan All{Applicability::Suggested,
              "hold one lock for every call that is given it",
              {declaration(*V)}};
  for (const auto &[F, Here] : Calls) {
    FixPlan One = lockIn(F, Here);
    if (One.Edits.empty())
      return One;
    llvm::append_range(All.Edits, One.Edits);
  }
  for (Edit &Any : All.Edits)
    Any.Once = true; // the other findings about the handle have the same
  return All;
}

} // namespace

FixPlan handleFix(const FixContext &Context, EntityId Place) {
  return HandleFix(Context, Place).plan();
}

} // namespace ungil::rules
