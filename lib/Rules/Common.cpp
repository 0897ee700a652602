//===- Common.cpp - what rules share --------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rules/Common.h"
#include <algorithm>

namespace ungil::rules {

Finding findingAt(const Program &P, std::string_view Rule, Site S) {
  Finding F;
  F.Rule = Rule;
  F.Range = P.event(S).Range;
  F.Function = P.name(S.Function);
  F.About = {S.Function, S.Event, None};
  F.Trace = P.traceTo(S);
  return F;
}

Confidence confidenceIn(const Program &P, FunctionId F, Confidence C) {
  if (P.entityOf(F).has(EF_HasError) || P.isUncalled(F))
    return Confidence::Low;
  if (!P.provedConcurrent(F) || P.entityOf(F).has(EF_Partial))
    C = std::min(C, Confidence::Medium);
  return C;
}

void lowerInBrokenBodies(const Program &P, std::vector<Finding> &Findings) {
  for (const Function &F : P.Facts.Functions) {
    if (!(P.entity(F.Id).Flags & (EF_HasError | EF_Partial)))
      continue;
    Confidence Most =
        P.entity(F.Id).has(EF_HasError) ? Confidence::Low : Confidence::Medium;
    for (Finding &Found : Findings) {
      const SourceRange &R = Found.Range;
      bool Inside = R.File == F.Body.File && R.Offset >= F.Body.Offset &&
                    R.Offset < F.Body.Offset + F.Body.Length;
      bool Proved =
          std::any_of(P.Facts.Errors.begin(), P.Facts.Errors.end(),
                      [&](const DiagnosticFact &D) {
                        return D.Loc.File == R.File && D.Loc.Line == R.Line &&
                               D.Message.find("'" + Found.Entity + "'") !=
                                   std::string::npos;
                      });
      if (Inside && !Proved)
        Found.Conf = std::min(Found.Conf, Most);
    }
  }
}

bool isLive(const Program &P, Site S) {
  // Unreachable blocks have no values: the flow never got there.
  const Event &E = P.event(S);
  if (E.Kind != EventKind::Call)
    return true;
  return P.Functions[S.Function].Value.Events[S.Event].Args.size() ==
         E.Args.size();
}

void forEachApiCall(const Program &P,
                    const std::function<void(Site, const Event &,
                                             const ApiFunction &)> &Visit) {
  for (FunctionId F = 0; F != P.Functions.size(); ++F) {
    if (!P.reportable(F) || !P.isConcurrent(F))
      continue;
    const std::vector<Event> &Events = P.body(F).Events;
    for (EventId E = 0; E != Events.size(); ++E) {
      if (Events[E].Kind != EventKind::Call || !isLive(P, {F, E}))
        continue;
      if (const ApiFunction *Api = P.api(Events[E]))
        Visit({F, E}, Events[E], *Api);
    }
  }
}

std::string twoThreads(const Program &P, FunctionId F) {
  std::string Entry = P.entryName(F);
  return Entry.empty() ? "two threads in '" + P.name(F) + "'"
                       : "two threads that come in through " + Entry;
}

static std::string stepsKey(const Program &P, const Path &Where) {
  std::string Key;
  for (const Step &S : Where.Steps) {
    if (S.Kind == StepKind::Field)
      Key += "." + P.entity(S.Field).Usr;
    else
      Key += S.Kind == StepKind::Deref ? "*" : "[]";
  }
  return Key;
}

std::string lockName(const Program &P, FunctionId F, const HeldLock &L) {
  if (L.What.Kind == OperandKind::Result)
    return "R:" + P.calleeName(P.body(F).Events[L.What.Index]);
  if (L.What.Kind != OperandKind::Load && L.What.Kind != OperandKind::Address)
    return {};
  const Path &Where = P.path(L.What.Index);
  switch (Where.Root) {
  case RootKind::Place:
    return "P:" + P.entity(Where.Index).Usr + stepsKey(P, Where);
  case RootKind::Result:
    return "R:" + P.calleeName(P.body(F).Events[Where.Index]) +
           stepsKey(P, Where);
  case RootKind::Local: {
    // A mutex in a structure that is no Python object (module state, an
    // arena) is taken to be the one such structure there is.
    if (Where.Index >= P.body(F).Locals.size())
      return {};
    EntityId Record = P.body(F).Locals[Where.Index].Record;
    if (L.Kind == LockKind::CriticalSection || Record == None ||
        P.entity(Record).has(EF_PyRecord))
      return {};
    return "T:" + P.entity(Record).Usr + stepsKey(P, Where);
  }
  default:
    return {};
  }
}

bool covers(const Program &P, FunctionId F, const std::vector<HeldLock> &Held,
            const HeldLock &L) {
  std::string Name = lockName(P, F, L);
  return std::any_of(Held.begin(), Held.end(), [&](const HeldLock &O) {
    if (O.Kind == LockKind::Unknown || O.What.Kind == OperandKind::Unknown)
      return true;
    bool Enough = O.Kind != LockKind::Shared || L.Kind == LockKind::Shared;
    return Enough &&
           (O.What == L.What || (!Name.empty() && lockName(P, F, O) == Name));
  });
}

std::string promisedText(const Program &P, const LockPromise &Said) {
  if (Said.Lock == None)
    return "a lock";
  const Path &Where = P.path(Said.Lock);
  EntityId Last = Where.Root == RootKind::Place ? Where.Index : None;
  for (const Step &S : Where.Steps)
    Last = S.Kind == StepKind::Field ? S.Field : Last;
  return Last == None ? "the lock" : "the lock '" + P.entity(Last).Name + "'";
}

std::string lockText(const Program &P, FunctionId F, const HeldLock &L) {
  std::string What = P.text(L.What, F);
  if (What.starts_with("&"))
    What = What.substr(1);
  if (L.Kind == LockKind::CriticalSection)
    return "the critical section on '" + What + "'";
  return "the lock '" + What + "'";
}

} // namespace ungil::rules
