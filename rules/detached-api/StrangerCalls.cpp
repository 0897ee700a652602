//===- StrangerCalls.cpp - Python used by unknown threads -----------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "StrangerCalls.h"
#include "Rules/Common.h"
#include "Rules/Strangers.h"
#include <set>

namespace ungil::rules {
namespace {

class StrangerCalls {
public:
  StrangerCalls(const Program &P, const ThreadStates &Threads)
      : P(P), Threads(Threads), Strangers(findStrangers(P, Threads)) {}
  FindingList run();

private:
  void visit(FunctionId F, const Stranger &Who);
  std::optional<Site> useOf(Site S) const;
  void report(Site At, Site Use, const Stranger &Who);
  std::string whyDetached(FunctionId F, const Stranger &Who) const;

  const Program &P;
  const ThreadStates &Threads;
  std::map<FunctionId, Stranger> Strangers;
  FindingList Found;
};

std::string StrangerCalls::whyDetached(FunctionId F,
                                       const Stranger &Who) const {
  std::string Name = "'" + P.name(F) + "'";
  switch (Who.How) {
  case Stranger::Thread:
    return "A thread that the extension starts runs " + Name +
           ", and has no thread state until it asks for one";
  case Stranger::Company:
    if (P.entityOf(F).has(EF_Implicit))
      return "'" + P.name(Who.Witness) +
             "' takes a thread state because it is called without one; its "
             "object is copied and destroyed by the same callers, and what "
             "the compiler writes for that takes none";
    return Name + " is registered beside '" + P.name(Who.Witness) +
           "', which takes a thread state because its caller has none; the "
           "same library calls both";
  case Stranger::Itself:
    return Name + " takes a thread state, so its callers may have none; this "
                  "is outside the part that has one";
  case Stranger::Library:
    return Name + " overrides a function of a library, which calls it from "
                  "whatever thread uses the object";
  }
  return {};
}

void StrangerCalls::report(Site At, Site Use, const Stranger &Who) {
  std::string Api = P.calleeName(P.event(Use));
  Finding F = findingAt(P, "detached-api", At);
  F.Entity = Api;
  F.Conf = Who.How == Stranger::Thread ? Confidence::High : Confidence::Medium;
  if (P.entityOf(At.Function).has(EF_HasError))
    F.Conf = Confidence::Low;
  F.Message = "'" + Api + "' may be called without a thread state";
  if (At != Use) {
    F.Message = "'" + P.calleeName(P.event(At)) + "' may be called without a " +
                "thread state, and calls '" + Api + "'";
    F.Notes.push_back(
        {P.event(Use).Range,
         "'" + Api + "' is called here, in '" + P.name(Use.Function) + "'"});
  }
  if (EventId Attach = Who.Witness == None ? Threads.attachesAt(P, At.Function)
                                           : Threads.attachesAt(P, Who.Witness);
      Attach != None && Who.How != Stranger::Thread) {
    FunctionId By = Who.Witness == None ? At.Function : Who.Witness;
    F.Notes.push_back({P.event({By, Attach}).Range,
                       "'" + P.name(By) + "' takes a thread state here"});
  }
  F.Why = whyDetached(At.Function, Who) +
          ". Other threads run Python at the same time, and a garbage "
          "collection does not wait for a thread it does not know: reference "
          "counts and the current exception are changed under their feet.";
  F.Help = "Take a thread state around every use of Python here "
           "(PyGILState_Ensure ... PyGILState_Release, or a guard).";
  Found.push_back(std::move(F));
}

/// The use of Python that \p S is or leads to. A callee that is entered so
/// too speaks for itself.
std::optional<Site> StrangerCalls::useOf(Site S) const {
  const Event &Call = P.event(S);
  if (usesPython(P, Call))
    return S;
  auto Callee = P.BodyOf.find(Call.Callee);
  if (Call.Kind != EventKind::Call || Callee == P.BodyOf.end() ||
      Strangers.count(Callee->second) || turnOf(P, Call))
    return std::nullopt;
  return Threads.firstUse(Callee->second);
}

void StrangerCalls::visit(FunctionId F, const Stranger &Who) {
  // Entered detached and no other way: the calls above have said it all.
  if (!P.reportable(F) || Threads.entry(F) == Attachment::Detached)
    return;
  ThreadStates::Run R = Threads.enteredDetached(P, F);
  std::set<std::string> Seen;
  for (EventId E = 0; E != P.body(F).Events.size(); ++E) {
    auto State = R.at(E);
    if (!State || State->How != Attachment::Detached || State->Since != None ||
        !isLive(P, {F, E}))
      continue;
    std::optional<Site> Use = useOf({F, E});
    if (!Use || !Seen.insert(P.calleeName(P.event(*Use))).second)
      continue;
    report({F, E}, *Use, Who);
    if (Who.How != Stranger::Thread)
      return; // one of them shows where the guard is missing
  }
}

FindingList StrangerCalls::run() {
  for (const auto &[F, Who] : Strangers)
    visit(F, Who);
  return std::move(Found);
}

} // namespace

FindingList strangerCalls(const Program &P, const ThreadStates &Threads) {
  return StrangerCalls(P, Threads).run();
}

} // namespace ungil::rules
