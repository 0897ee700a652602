//===- TraverseRefcount.cpp - what tp_traverse must not do ----------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The calls below tp_traverse and m_traverse, judged by the API data. The
// checks of what is visited are in Structure.cpp.
//
//===----------------------------------------------------------------------===//

#include "Chain.h"
#include "Rules/Common.h"
#include "Structure.h"
#include <algorithm>
#include <map>
#include <optional>

namespace ungil::rules {
namespace {

enum class Deed : uint8_t { Refcount, Allocates, Locks, RunsPython, Other };

struct Judgement {
  Deed What = Deed::Other;
  Confidence Conf = Confidence::High;
};

bool changesReferences(const OwnershipFact &O) {
  return !O.Retains.empty() || !O.Releases.empty() || O.NewReference ||
         !O.Steals.empty() || !O.Outs.empty() || O.DropsOld;
}

std::optional<Judgement> judgeEffect(const EffectFact &E) {
  switch (E.Class) {
  case Tier::T0:
    return std::nullopt;
  case Tier::T0A:
    return Judgement{Deed::Allocates, Confidence::High};
  case Tier::T1:
    return Judgement{Deed::Locks, Confidence::Medium};
  case Tier::T2:
    return Judgement{Deed::RunsPython, Confidence::Medium};
  case Tier::Detach:
  case Tier::Block:
    return Judgement{Deed::Locks, Confidence::High};
  case Tier::Arbitrary:
    return Judgement{Deed::RunsPython, Confidence::High};
  }
  return std::nullopt;
}

/// What \p Call does that a traversal must not, or nothing.
std::optional<Judgement> judge(const Program &P, const Event &Call) {
  const ApiFunction *Api = P.api(Call);
  if (!Api) {
    if (Call.Callee == None)
      return std::nullopt; // visit() itself, another type's tp_traverse
    const Entity &E = P.entity(Call.Callee);
    bool Python = E.Name.starts_with("Py") || E.Name.starts_with("_Py");
    if (!Python || !E.has(EF_SystemHeader) || P.BodyOf.count(Call.Callee))
      return std::nullopt;
    return Judgement{Deed::Other, Confidence::Low};
  }
  if (Api->Lock && Api->Lock->Action != LockAction::Query &&
      Api->Lock->Action != LockAction::Release)
    return Judgement{Deed::Locks, Confidence::High};
  if (Api->Ownership && changesReferences(*Api->Ownership))
    return Judgement{Deed::Refcount, Confidence::High};
  if ((Api->Alloc && Api->Alloc->MakesObject) ||
      (Api->Ownership && !Api->Ownership->Fresh.empty()))
    return Judgement{Deed::Allocates, Confidence::High};
  if (Api->Effect && (Api->Kind != "libc" && Api->Kind != "cxx"))
    return judgeEffect(*Api->Effect);
  return std::nullopt;
}

std::string deedText(Deed D) {
  switch (D) {
  case Deed::Refcount:
    return "changes a reference count";
  case Deed::Allocates:
    return "allocates an object";
  case Deed::Locks:
    return "can wait for a lock";
  case Deed::RunsPython:
    return "can run Python code";
  case Deed::Other:
    return "is not among the functions a traversal may call";
  }
  return {};
}

std::string whyText(Deed D) {
  std::string Start = "The collector calls this while every other thread is "
                      "stopped, on whichever thread started the collection. ";
  switch (D) {
  case Deed::Refcount:
    return Start + "It keeps its own counts in the objects' reference count "
                   "fields meanwhile; a change in the middle of a pass makes "
                   "a live object look dead, or a dead one immortal.";
  case Deed::Locks:
    return Start + "A stopped thread can hold the lock, and then nobody ever "
                   "goes on.";
  case Deed::Allocates:
    return Start + "The new object appears in the heap the collector is "
                   "walking, with counts it has not prepared.";
  default:
    return Start + "Whatever waits for another thread there, or changes the "
                   "objects being counted, stops or corrupts the process.";
  }
}

/// Groups the deeds of one function, so that INCREF, visit, DECREF is one
/// finding.
void judgeFunction(const Program &P, const Below &B, const std::string &Slot,
                   std::map<Site, bool> &Reported, FindingList &All) {
  std::map<Deed, size_t> First;
  const std::vector<Event> &Events = P.body(B.Function).Events;
  for (EventId E = 0; E != Events.size(); ++E) {
    Site S{B.Function, E};
    if (Events[E].Kind != EventKind::Call || !isLive(P, S))
      continue;
    std::optional<Judgement> J = judge(P, Events[E]);
    if (!J || Reported.count(S))
      continue;
    Reported[S] = true;
    std::string Name = P.calleeName(Events[E]);
    if (auto It = First.find(J->What); It != First.end()) {
      All[It->second].Notes.push_back(
          {Events[E].Range, "'" + Name + "' here, too"});
      All[It->second].Conf = std::max(All[It->second].Conf, J->Conf);
      continue;
    }
    First[J->What] = All.size();
    Finding F = findingAt(P, "traverse-refcount", S);
    F.Entity = Name;
    F.Conf = B.Virtual ? std::min(J->Conf, Confidence::Medium) : J->Conf;
    if (P.entityOf(B.Function).has(EF_HasError))
      F.Conf = Confidence::Low;
    F.Message = "'" + Name + "' " + deedText(J->What) + " inside " + Slot;
    F.Why = whyText(J->What);
    F.Help = "Visit the fields and nothing else: plain reads, Py_VISIT(), "
             "Py_TYPE() and type checks are allowed.";
    F.Trace.clear();
    FunctionId Root = B.Calls.empty() ? B.Function : B.Calls[0].Function;
    F.Trace.push_back(
        {P.entityOf(Root).Loc, "the collector enters here, as " + Slot});
    for (size_t I = 0; I != B.Calls.size(); ++I) {
      FunctionId To =
          I + 1 == B.Calls.size() ? B.Function : B.Calls[I + 1].Function;
      F.Trace.push_back(
          {P.event(B.Calls[I]).Range, "'" + P.name(B.Calls[I].Function) +
                                          "' calls '" + P.name(To) + "' here"});
    }
    All.push_back(std::move(F));
  }
}

bool isTraverse(const Program &P, FunctionId F, std::string &Slot) {
  for (uint32_t I : P.Functions[F].Entries) {
    const EntryPoint &E = P.Facts.EntryPoints[I];
    if (E.Kind != EntryKind::Traverse && E.Kind != EntryKind::ModuleTraverse)
      continue;
    Slot = E.Name;
    return true;
  }
  return false;
}

} // namespace

FindingList traverseRefcount(const Program &P) {
  FindingList All;
  std::map<Site, bool> Reported;
  for (FunctionId F = 0; F != P.Functions.size(); ++F) {
    std::string Slot, Ignored;
    if (!isTraverse(P, F, Slot))
      continue;
    auto Stop = [&](FunctionId Callee) {
      return isTraverse(P, Callee, Ignored); // has a finding of its own
    };
    for (const Below &B : below(P, F, Stop))
      if (P.reportable(B.Function))
        judgeFunction(P, B, Slot, Reported, All);
  }
  checkStructure(P, All);
  return All;
}

} // namespace ungil::rules
