//===- AttachedWaits.cpp - waiting with a thread state --------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AttachedWaits.h"
#include "Rules/Common.h"
#include <algorithm>
#include <set>

namespace ungil::rules {
namespace {

/// Is the call one that comes back at once, by what it is given?
bool isInstant(const Program &P, Site S, const EffectFact &Effect) {
  if (Effect.Instant < 0)
    return false;
  const std::vector<Origin> &Given =
      P.Functions[S.Function].Value.arg(S.Event, Effect.Instant);
  return !Given.empty() &&
         std::all_of(Given.begin(), Given.end(), [&](const Origin &O) {
           if (!Effect.InstantBits)
             return O.Kind == OperandKind::Null;
           return O.Kind == OperandKind::Constant &&
                  (O.Index & Effect.InstantBits);
         });
}

/// A file does not keep its reader waiting: what the function opens itself,
/// mostly, and what has positions to go to. A socket does.
bool isFile(const Program &P, Site S, const EffectFact &Effect) {
  if (Effect.Descriptor < 0)
    return false;
  const Values &Value = P.Functions[S.Function].Value;
  const std::vector<Event> &Events = P.body(S.Function).Events;
  const std::vector<Origin> &Given = Value.arg(S.Event, Effect.Descriptor);
  auto Says = [&](EventId E, std::string_view Word) {
    return Events[E].Kind == EventKind::Call &&
           P.calleeName(Events[E]).find(Word) != std::string::npos;
  };
  for (EventId E = 0; E != Events.size(); ++E)
    if (!Given.empty() && Says(E, "lseek") && Value.arg(E, 0) == Given)
      return true;
  return std::any_of(Given.begin(), Given.end(), [&](const Origin &O) {
    return O.Kind == OperandKind::Result && Says(O.Index, "open");
  });
}

Finding waitFinding(const Program &P, Site S, const ApiFunction &Api) {
  Finding F = findingAt(P, "detached-api", S);
  F.Entity = Api.Name;
  F.Conf = confidenceIn(P, S.Function, Confidence::Medium);
  F.Message = "'" + Api.Name + "' may wait for " + Api.Effect->WaitsFor +
              " with the thread state taken";
  F.Why = "Until it returns, whatever stops all threads waits for this one (a "
          "garbage collection, for one), and every other thread with it; with "
          "the GIL, no other thread runs Python meanwhile.";
  F.Help = "Give up the thread state around it (Py_BEGIN_ALLOW_THREADS ... "
           "Py_END_ALLOW_THREADS).";
  return F;
}

} // namespace

FindingList attachedWaits(const Program &P, const ThreadStates &Threads) {
  FindingList Found;
  std::set<std::pair<FunctionId, const ApiFunction *>> Seen;
  forEachApiCall(P, [&](Site S, const Event &Call, const ApiFunction &Api) {
    // Python must be seen to come in; a library's caller may be detached.
    if (!Api.Effect || Api.Effect->WaitsFor.empty() ||
        P.BodyOf.count(Call.Callee) || !P.Functions[S.Function].isReachable())
      return;
    auto State = Threads.at(S);
    if (!State || State->How != Attachment::Attached ||
        isInstant(P, S, *Api.Effect) || isFile(P, S, *Api.Effect))
      return;
    if (Seen.insert({S.Function, &Api}).second)
      Found.push_back(waitFinding(P, S, Api));
  });
  return Found;
}

} // namespace ungil::rules
