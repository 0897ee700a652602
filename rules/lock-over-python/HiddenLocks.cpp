//===- HiddenLocks.cpp - Python code under a lock nobody wrote ------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// C++ guards the initialiser of a local static with a lock of its own, and so
// do call_once and its kin the function they run. Whoever comes second waits
// for it with its thread state. When the first one, inside, waits for the
// second, neither goes on.
//
//===----------------------------------------------------------------------===//

#include "HiddenLocks.h"
#include "Rules/Common.h"
#include "Rules/Locking.h"
#include <optional>

namespace ungil::rules {
namespace {

class HiddenLocks {
public:
  HiddenLocks(const Program &P, const Reaches &Runs,
              const ThreadStates &Threads)
      : P(P), Runs(Runs), Threads(Threads) {}

  std::optional<Finding> initialiser(FunctionId F, EventId E) const;
  std::optional<Finding> once(FunctionId F, EventId E) const;

private:
  bool mayBeAttached(Site S) const {
    auto State = Threads.at(S);
    return State && State->How != Attachment::Detached;
  }
  Finding report(Site S, const CallEffect &Worst, const std::string &What,
                 const std::string &Lock) const;

  const Program &P;
  const Reaches &Runs;
  const ThreadStates &Threads;
};

Finding HiddenLocks::report(Site S, const CallEffect &Worst,
                            const std::string &What,
                            const std::string &Lock) const {
  Finding F = findingAt(P, "lock-over-python", S);
  std::string Runs = P.calleeName(P.event(Worst.At));
  F.Conf = confidenceIn(P, S.Function,
                        Worst.How >= Reach::Likely ? Confidence::Medium
                                                   : Confidence::Low);
  F.Message = What + " runs Python code under " + Lock;
  F.Why = "Of " + twoThreads(P, S.Function) +
          " the first holds the hidden lock while '" + Runs +
          "' may wait for another thread or let it run; the second waits for "
          "that lock without letting go of its thread state, so that it "
          "neither gives way to a pause of all threads nor lets the first go "
          "on.";
  F.Help = "Initialise it in the module's exec function, or use a helper that "
           "waits detached (pybind11's gil_safe_call_once_and_store).";
  F.Notes.push_back(
      {P.event(Worst.At).Range, "'" + Runs + "' is called here, in '" +
                                    P.name(Worst.At.Function) + "'"});
  return F;
}

/// \p E is the store that Extract writes for the initialiser of a static.
std::optional<Finding> HiddenLocks::initialiser(FunctionId F, EventId E) const {
  const Function &Body = P.body(F);
  const Event &Store = Body.Events[E];
  if (Store.Kind != EventKind::Write || !Store.has(EV_Atomic | EV_Implicit))
    return std::nullopt;
  const Path &Where = P.path(Store.Where);
  if (Where.Root != RootKind::Place ||
      !P.entity(Where.Index).has(EF_MagicStatic))
    return std::nullopt;
  const Entity &Place = P.entity(Where.Index);
  CallEffect Worst;
  for (EventId C = 0; C != Body.Events.size(); ++C) {
    const SourceRange &R = Body.Events[C].Range;
    bool Inside =
        R.File == Place.Declaration.File &&
        R.Offset >= Place.Declaration.Offset &&
        R.Offset < Place.Declaration.Offset + Place.Declaration.Length;
    if (!Inside || !mayBeAttached({F, C}))
      continue;
    if (CallEffect Effect = Runs.of({F, C}); Effect.How > Worst.How)
      Worst = Effect;
  }
  if (Worst.How <= Reach::Waits)
    return std::nullopt;
  Finding Found = report({F, E}, Worst,
                         "initialiser of static variable '" + Place.Name + "'",
                         "C++'s hidden lock");
  Found.Entity = Place.Name;
  return Found;
}

std::optional<Finding> HiddenLocks::once(FunctionId F, EventId E) const {
  const Event &Call = P.body(F).Events[E];
  const LockFact *Lock = lockFact(P, Call);
  if (!Lock || Lock->Kind != LockKind::Once || !Lock->Blocks ||
      !mayBeAttached({F, E}))
    return std::nullopt;
  CallEffect Worst;
  for (const CallbackFact &Given : P.api(Call)->Callbacks)
    for (const Origin &O : P.Functions[F].Value.arg(E, Given.Argument)) {
      auto Body = O.Kind == OperandKind::Function ? P.BodyOf.find(O.Index)
                                                  : P.BodyOf.end();
      if (Body != P.BodyOf.end() && Runs.of(Body->second).How > Worst.How)
        Worst = Runs.of(Body->second);
    }
  if (Worst.How <= Reach::Waits)
    return std::nullopt;
  std::string Callee = P.calleeName(Call);
  Finding Found =
      report({F, E}, Worst, "the function given to '" + Callee + "'",
             "'" + Callee + "'");
  Found.Entity = Callee;
  return Found;
}

} // namespace

void judgeHiddenLocks(const Program &P, const Reaches &Runs,
                      const ThreadStates &Threads, FunctionId F,
                      FindingList &All) {
  HiddenLocks Locks(P, Runs, Threads);
  if (P.Functions[F].Atomics)
    for (EventId E : P.writes(F))
      if (auto Found = Locks.initialiser(F, E))
        All.push_back(std::move(*Found));
  for (const KnownCall &Call : P.calls(F))
    if (Call.Api && Call.Api->Lock)
      if (auto Found = Locks.once(F, Call.Event))
        All.push_back(std::move(*Found));
}

} // namespace ungil::rules
