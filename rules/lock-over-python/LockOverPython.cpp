//===- LockOverPython.cpp - Python code under a mutex ---------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Two deadlocks. Python code under any mutex can come back and take it again.
// A mutex that blocks without detaching stops the pauses of the interpreter:
// the waiter never gets to a safe point, and the holder waits at one.
//
//===----------------------------------------------------------------------===//

#include "HiddenLocks.h"
#include "Link/ThreadState.h"
#include "Rules/Common.h"
#include "Rules/Locking.h"
#include <algorithm>
#include <map>

namespace ungil::rules {
namespace {

/// The worst that runs while one lock is held once.
struct Region {
  HeldLock Lock;
  CallEffect Worst;
  EventId Call = None;
  std::vector<EventId> More; ///< calls that are as bad
  bool AttachedWait = false; ///< others block on it with a thread state
};

class LockRegions {
public:
  explicit LockRegions(const Program &P)
      : P(P), Runs(P.reaches()), Threads(P.threads()) {}

  void judge(FunctionId F, FindingList &All);

private:
  void addCall(FunctionId F, EventId E,
               std::map<std::pair<Origin, EventId>, Region> &Regions);
  bool takenAttached(FunctionId F, const HeldLock &L) const;
  bool isPerObject(FunctionId F, const HeldLock &L) const;
  Confidence confidence(FunctionId F, const Region &R) const;
  void addCalls(FunctionId F, const Region &R, Finding &Found) const;
  Finding report(FunctionId F, const Region &R,
                 const std::vector<HeldLock> &Also) const;

  const Program &P;
  const Reaches &Runs;
  const ThreadStates &Threads;
};

/// Does a thread that has to wait for \p L keep its thread state?
bool LockRegions::takenAttached(FunctionId F, const HeldLock &L) const {
  if (!blocksAttached(L))
    return false;
  Site Taken = whereTaken(P, F, L);
  if (Taken.Function == None)
    return false;
  auto State = Threads.at(Taken);
  return State && State->How == Attachment::Attached;
}

/// A lock in an object that Python code holds, not one for all of them.
bool LockRegions::isPerObject(FunctionId F, const HeldLock &L) const {
  if (L.What.Kind != OperandKind::Load && L.What.Kind != OperandKind::Address)
    return true;
  return P.path(L.What.Index).Root != RootKind::Place;
}

void LockRegions::addCall(
    FunctionId F, EventId E,
    std::map<std::pair<Origin, EventId>, Region> &Regions) {
  const std::vector<HeldLock> &Held = P.Functions[F].Locks.at(E);
  if (Held.empty() || lockFact(P, P.body(F).Events[E]))
    return;
  auto State = Threads.at({F, E});
  if (!State || State->How == Attachment::Detached)
    return;
  CallEffect Effect = Runs.of({F, E});
  if (Effect.How == Reach::Nothing)
    return;
  for (const HeldLock &L : Held) {
    // A helper whose callers hold the lock answers for its own calls only.
    bool Inherited = L.Acquired == None;
    if (!isMutex(L) || L.Acquired == E ||
        (Inherited && P.BodyOf.count(P.body(F).Events[E].Callee)))
      continue;
    bool Attached = takenAttached(F, L);
    if (isRecursive(P, F, L) && !Attached)
      continue;
    if (Effect.How == Reach::Waits && !Attached)
      continue;
    Region &R = Regions[{L.What, L.Acquired}];
    if (R.Call == None || R.Worst.How < Effect.How)
      R = {L, Effect, E, {}, Attached};
    else if (R.Worst.How == Effect.How)
      R.More.push_back(E);
  }
}

Confidence LockRegions::confidence(FunctionId F, const Region &R) const {
  Confidence C = Confidence::Low;
  switch (R.Worst.How) {
  case Reach::Nothing:
  case Reach::Waits:
  case Reach::Perhaps:
    break;
  case Reach::Likely: {
    // A finaliser rarely gets back to the object whose lock is held.
    const ApiFunction *Api = P.api(P.event(R.Worst.At));
    bool Drops = Api && Api->Ownership && !Api->Ownership->Releases.empty();
    C = Drops && isPerObject(F, R.Lock) && !R.AttachedWait ? Confidence::Low
                                                           : Confidence::Medium;
    break;
  }
  case Reach::Python:
    C = R.Lock.Acquired == None ? Confidence::Medium : Confidence::High;
    break;
  }
  return confidenceIn(P, F, C);
}

/// `'PyObject_Repr'`, `a call through 'callback'`.
static std::string spoken(const Program &P, Site Call) {
  const Event &E = P.event(Call);
  if (E.Callee == None && E.Where != None)
    return "a call through '" + P.text(P.path(E.Where), Call.Function) + "'";
  return "'" + P.calleeName(E) + "'";
}

void LockRegions::addCalls(FunctionId F, const Region &R,
                           Finding &Found) const {
  constexpr size_t MaxCalls = 8;
  std::vector<EventId> Calls{R.Call};
  Calls.insert(Calls.end(), R.More.begin(), R.More.end());
  if (Calls.size() > MaxCalls)
    Calls.resize(MaxCalls);
  for (EventId E : Calls)
    Found.Notes.push_back({P.event({F, E}).Range,
                           spoken(P, {F, E}) + " is called here, under it"});
}

/// One call is told where it stands, several where they all begin.
Finding LockRegions::report(FunctionId F, const Region &R,
                            const std::vector<HeldLock> &Also) const {
  Site S{F, R.Call};
  bool AtLock = !R.More.empty() && R.Lock.Acquired != None;
  Finding Found =
      findingAt(P, "lock-over-python", AtLock ? Site{F, R.Lock.Acquired} : S);
  Found.About.Event = R.Call;
  std::string Callee = spoken(P, S), Runs = spoken(P, R.Worst.At);
  std::string Lock = lockNoun(P, F, R.Lock);
  Found.Entity = P.calleeName(P.event(S));
  Found.Conf = confidence(F, R);
  bool Python = R.Worst.How > Reach::Waits;
  std::string Others = AtLock ? " and " + std::to_string(R.More.size()) +
                                    " more " +
                                    (R.More.size() == 1 ? "call" : "calls")
                              : "";
  Found.Message =
      Callee + Others + " " +
      (Python ? "can run Python code" : "can wait for the interpreter") +
      " while " + Lock + " is held";
  if (Python)
    Found.Why = Runs +
                " can run a finaliser, a comparison or any other Python code, "
                "which may come back into the extension and wait for a lock "
                "that its own thread holds.";
  if (R.AttachedWait)
    Found.Why +=
        std::string(Python ? " And a" : "A") +
        " second thread that waits for this lock keeps its thread state: "
        "when " +
        Runs +
        " lets another thread pause the world, the pause waits "
        "for the second thread, the second for the first, and the first for "
        "the end of the pause.";
  if (!R.AttachedWait)
    Found.Why += " Of " + twoThreads(P, F) +
                 ", or of one that calls itself, none goes on.";
  Found.Help =
      R.AttachedWait && !Python
          ? "Take it as PyMutex, which lets go of the thread state while it "
            "waits, or detach before every blocking acquisition."
          : "Move what is needed out of the protected state, release the lock, "
            "and only then call into Python; where the state must stay locked, "
            "a critical section does not deadlock but can be suspended.";
  if (AtLock)
    addCalls(F, R, Found);
  else if (Site Taken = whereTaken(P, F, R.Lock); Taken.Function != None)
    Found.Notes.push_back({P.event(Taken).Range, "locked here"});
  for (const HeldLock &L : Also)
    if (Site Taken = whereTaken(P, F, L); Taken.Function != None)
      Found.Notes.push_back(
          {P.event(Taken).Range, lockNoun(P, F, L) + " is held as well"});
  if (R.Worst.At != S)
    Found.Notes.push_back(
        {P.event(R.Worst.At).Range,
         Runs + " is called here, in '" + P.name(R.Worst.At.Function) + "'"});
  return Found;
}

void LockRegions::judge(FunctionId F, FindingList &All) {
  std::map<std::pair<Origin, EventId>, Region> Regions;
  const std::vector<Event> &Events = P.body(F).Events;
  if (P.Functions[F].Locks.areHeld())
    for (EventId E = 0; E != Events.size(); ++E)
      if (Events[E].Kind == EventKind::Call && isLive(P, {F, E}))
        addCall(F, E, Regions);
  // Several locks held over one call are one mistake.
  std::map<EventId, std::vector<const Region *>> ByCall;
  for (const auto &[Key, R] : Regions)
    ByCall[R.Call].push_back(&R);
  for (auto &[Call, Same] : ByCall) {
    const Region *Worst = *std::max_element(
        Same.begin(), Same.end(), [&](const Region *A, const Region *B) {
          return confidence(F, *A) < confidence(F, *B);
        });
    std::vector<HeldLock> Also;
    for (const Region *R : Same)
      if (R != Worst)
        Also.push_back(R->Lock);
    All.push_back(report(F, *Worst, Also));
  }
  judgeHiddenLocks(P, Runs, Threads, F, All);
}

} // namespace

FindingList lockOverPython(const Program &P) {
  FindingList All;
  LockRegions Regions(P);
  for (FunctionId F = 0; F != P.Functions.size(); ++F)
    if (P.reportable(F) && P.isConcurrent(F))
      Regions.judge(F, All);
  return All;
}

} // namespace ungil::rules
