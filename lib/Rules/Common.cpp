//===- Common.cpp - what rules share --------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rules/Common.h"
#include <algorithm>
#include <map>
#include <utility>

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

void addOtherSide(const Program &P, Site S, const std::string &What,
                  Finding &F) {
  std::string Entry = P.entryName(S.Function);
  Note There{P.event(S).Range, "also " + What + " here, in '" +
                                   P.name(S.Function) + "'" +
                                   (Entry.empty() ? "" : " (" + Entry + ")")};
  if (F.OtherTrace.empty()) {
    F.OtherTrace = P.traceTo(S);
    F.OtherTrace.push_back(There);
  }
  F.Notes.push_back(std::move(There));
}

Confidence confidenceIn(const Program &P, FunctionId F, Confidence C) {
  if (P.entityOf(F).has(EF_HasError) || P.isUncalled(F))
    return Confidence::Low;
  if (!P.provedConcurrent(F) || P.entityOf(F).has(EF_Partial))
    C = std::min(C, Confidence::Medium);
  return C;
}

void lowerInBrokenBodies(const Program &P, FindingList &Findings) {
  struct Broken {
    SourceRange Body;
    Confidence Most;
  };
  std::map<FileId, std::vector<Broken>> Bodies;
  for (const Function &F : P.Facts.Functions)
    if (uint32_t Flags = P.entity(F.Id).Flags;
        Flags & (EF_HasError | EF_Partial))
      Bodies[F.Body.File].push_back(
          {F.Body, Flags & EF_HasError ? Confidence::Low : Confidence::Medium});
  std::map<std::pair<FileId, uint32_t>, std::vector<const DiagnosticFact *>>
      Errors; // by line
  for (const DiagnosticFact &D : P.Facts.Errors)
    Errors[{D.Loc.File, D.Loc.Line}].push_back(&D);
  for (Finding &Found : Findings) {
    const SourceRange &R = Found.Range;
    Confidence Most = Confidence::High;
    if (auto Here = Bodies.find(R.File); Here != Bodies.end())
      for (const auto &[Body, Allowed] : Here->second)
        if (R.Offset >= Body.Offset && R.Offset < Body.Offset + Body.Length)
          Most = std::min(Most, Allowed);
    if (Most >= Found.Conf)
      continue;
    auto Line = Errors.find({R.File, R.Line});
    bool Proved =
        Line != Errors.end() &&
        std::any_of(Line->second.begin(), Line->second.end(),
                    [&](const DiagnosticFact *D) {
                      return D->Message.find("'" + Found.Entity + "'") !=
                             std::string::npos;
                    });
    if (!Proved)
      Found.Conf = Most;
  }
}

bool isLive(const Program &P, Site S) { return P.isLive(S); }

void forEachApiCall(const Program &P,
                    const std::function<void(Site, const Event &,
                                             const ApiFunction &)> &Visit) {
  for (FunctionId F = 0; F != P.Functions.size(); ++F)
    if (P.reportable(F) && P.isConcurrent(F))
      for (const KnownCall &Call : P.calls(F))
        if (Call.Live && Call.Api)
          Visit({F, Call.Event}, P.body(F).Events[Call.Event], *Call.Api);
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
