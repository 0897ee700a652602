//===- OnceGuards.cpp - what is set beside a once-guard -------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A once-guard orders what its function does before everything that comes
// after a call of the guard. Two ways around it: a flag of one's own that is
// asked first and spares the call, and a function that sets the same thing
// again without the guard.
//
//===----------------------------------------------------------------------===//

#include "OnceGuards.h"
#include "Link/Flow.h"
#include "Link/UnsetTests.h"
#include "Rules/Common.h"
#include <map>

namespace ungil::rules {
namespace {

/// A call of a once-guard, and a function that it runs.
struct Guard {
  Site Call;
  FunctionId Runs = None;
};

class OnceGuards {
public:
  explicit OnceGuards(const Program &P) : P(P) {}
  FindingList run();
  bool sets(EntityId What) {
    collect();
    return Set.count(What) != 0;
  }

private:
  void collect();
  EntityId storage(const Path &Where) const;
  bool writes(Site S) const;
  void fastPath(const Guard &G);
  void setAgain(FunctionId F);
  Finding finding(Site At, EntityId What, Site Guarded, Confidence C) const;

  const Program &P;
  std::vector<Guard> Guards;
  /// By storage: where a guarded function sets it, and the guard.
  std::map<EntityId, std::pair<Site, const Guard *>> Set;
  FindingList Found;
};

/// The variable or field that \p Where names as a whole; None for what is
/// atomic, for what a pointer leads to, and for locals.
EntityId OnceGuards::storage(const Path &Where) const {
  EntityId What = None;
  if (!Where.Steps.empty() && Where.Steps.back().Kind == StepKind::Field)
    What = Where.Steps.back().Field;
  else if (Where.Root == RootKind::Place && Where.Steps.empty())
    What = Where.Index;
  if (What == None)
    return None;
  const Entity &E = P.entity(What);
  bool Plain = E.Class == TypeClass::Scalar || E.Class == TypeClass::Pointer ||
               E.Class == TypeClass::PyObject;
  return Plain && !E.has(EF_ThreadLocal) && !E.has(EF_SystemHeader) ? What
                                                                    : None;
}

bool OnceGuards::writes(Site S) const {
  const Event &E = P.event(S);
  return (E.Kind == EventKind::Write || E.Kind == EventKind::ReadWrite) &&
         !E.has(EV_Atomic) && E.Where != None;
}

void OnceGuards::collect() {
  forEachApiCall(P, [&](Site S, const Event &Call, const ApiFunction &Api) {
    for (const CallbackFact &C : Api.Callbacks)
      if (C.Phase == CallbackPhase::Once && C.Argument >= 0 &&
          static_cast<size_t>(C.Argument) < Call.Args.size() &&
          Call.Args[C.Argument].Kind == OperandKind::Function)
        for (FunctionId F : P.bodiesOf(Call.Args[C.Argument].Index))
          Guards.push_back({S, F});
  });
  for (const Guard &G : Guards)
    for (EventId E = 0; E != P.body(G.Runs).Events.size(); ++E) {
      Site S{G.Runs, E};
      if (!writes(S))
        continue;
      if (EntityId What = storage(P.path(P.event(S).Where)); What != None)
        Set.try_emplace(What, S, &G);
    }
}

Finding OnceGuards::finding(Site At, EntityId What, Site Guarded,
                            Confidence C) const {
  Finding F = findingAt(P, "lazy-init", At);
  const Entity &E = P.entity(What);
  F.Entity = E.Name;
  F.About.Entity = What;
  F.Conf = confidenceIn(P, At.Function, C);
  if (E.Loc.isValid())
    F.Notes.push_back({E.Loc, "'" + E.Name + "' is declared here"});
  F.Notes.push_back({P.event(Guarded).Range, "set here, under the once-guard"});
  return F;
}

/// `if (!done) call_once(once, [] { ...; done = true; });`
void OnceGuards::fastPath(const Guard &G) {
  FunctionId F = G.Call.Function;
  EventOrder Order(P.body(F));
  Dominance Dom(P.body(F));
  for (const UnsetTest &T : unsetTests(P, F)) {
    auto It = Set.find(storage(P.path(T.Tested)));
    if (It == Set.end() || It->second.first.Function != G.Runs ||
        !Dom.under(Order.Block[G.Call.Event], T.Block) ||
        !P.Functions[F].Locks.at(T.Branch).empty())
      continue;
    Finding New =
        finding({F, T.Branch}, It->first, It->second.first, Confidence::High);
    std::string Guard = P.calleeName(P.event(G.Call));
    New.Message = "'" + New.Entity + "' is tested to spare a call of '" +
                  Guard + "', without synchronisation";
    New.Why = "A thread that finds it set has not passed the guard, and "
              "nothing orders what it then reads after what another thread "
              "wrote under the guard: without the GIL it can see the flag "
              "before the rest.";
    New.Help = "Make it atomic, stored with release order as the last step "
               "and loaded with acquire order; or call '" +
               Guard + "' every time: that is as cheap once it is done.";
    Found.push_back(std::move(New));
  }
}

/// Another function that sets, without the guard, what one sets under it.
void OnceGuards::setAgain(FunctionId F) {
  const Entity &Self = P.entityOf(F);
  if (!P.reportable(F) || !P.isConcurrent(F) || Self.has(EF_Constructor) ||
      Self.has(EF_Destructor))
    return;
  for (EventId E = 0; E != P.body(F).Events.size(); ++E) {
    Site S{F, E};
    if (!writes(S) || !P.Functions[F].Locks.at(E).empty())
      continue;
    const Path &Where = P.path(P.event(S).Where);
    auto It = Set.find(storage(Where));
    bool Given = Where.Root == RootKind::Place ||
                 (Where.Root == RootKind::Local &&
                  Where.Index < P.body(F).Params && !Where.Steps.empty());
    if (It == Set.end() || !Given || It->second.first.Function == F)
      continue;
    Finding New = finding(S, It->first, It->second.first, Confidence::Medium);
    std::string Guard = P.calleeName(P.event(It->second.second->Call));
    New.Message = "'" + New.Entity + "' is set without the guard of '" + Guard +
                  "' that sets it elsewhere";
    New.Why = "The guard keeps apart only those who call it: without the GIL " +
              twoThreads(P, F) +
              ", or one here and one that has passed the guard, use it at the "
              "same time.";
    New.Help = "Make it atomic, or set it under the guard only.";
    Found.push_back(std::move(New));
    return;
  }
}

FindingList OnceGuards::run() {
  collect();
  for (const Guard &G : Guards)
    fastPath(G);
  if (!Set.empty())
    for (FunctionId F = 0; F != P.Functions.size(); ++F)
      setAgain(F);
  return std::move(Found);
}

} // namespace

FindingList besideOnceGuards(const Program &P) { return OnceGuards(P).run(); }

bool isSetUnderOnceGuard(const Program &P, EntityId What) {
  return OnceGuards(P).sets(What);
}

} // namespace ungil::rules
