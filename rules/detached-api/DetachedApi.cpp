//===- DetachedApi.cpp - Python used without a thread state ---------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// rules/detached-api/rule.md says what and why. Two halves: calls of Python's
// C API while detached, and places that detached code shares with other code.
//
//===----------------------------------------------------------------------===//

#include "AttachedWaits.h"
#include "Link/ThreadState.h"
#include "Rules/Common.h"
#include "StrangerCalls.h"
#include <algorithm>
#include <set>

namespace ungil::rules {
namespace {

//===-- Calls -------------------------------------------------------------===//

class Calls {
public:
  Calls(const Program &P, const ThreadStates &Threads)
      : P(P), Threads(Threads) {}
  FindingList run();

private:
  void visit(FunctionId F, const KnownCall &Call);
  void report(Site At, Site Use);
  std::string whyDetached(Site At) const;

  const Program &P;
  const ThreadStates &Threads;
  std::set<std::pair<FunctionId, std::string>> Seen;
  FindingList Found;
};

std::string Calls::whyDetached(Site At) const {
  EventId Since = Threads.at(At)->Since;
  if (Since != None)
    return "The thread gave up its thread state above";
  bool Thread = false, Guarded = false;
  for (uint32_t I : P.Functions[At.Function].Entries) {
    Thread |= P.Facts.EntryPoints[I].Kind == EntryKind::Thread;
    Guarded |= P.Facts.EntryPoints[I].Detached;
  }
  if (Guarded)
    return "A call guard gives up the thread state before '" +
           P.name(At.Function) + "' is called";
  if (Thread)
    return "'" + P.name(At.Function) +
           "' is the start of a thread that the extension makes, which has no "
           "thread state until it asks for one";
  return "Every caller of '" + P.name(At.Function) +
         "' has given up its thread state";
}

/// \p At is where detached code acts; \p Use the call of Python it leads to.
void Calls::report(Site At, Site Use) {
  const Event &Call = P.event(Use);
  std::string Api = P.calleeName(Call);
  if (!Seen.insert({At.Function, Api}).second)
    return;
  Finding F = findingAt(P, "detached-api", At);
  F.Entity = Api;
  F.Conf = P.entityOf(At.Function).has(EF_HasError) ? Confidence::Low
                                                    : Confidence::High;
  F.Message = "'" + Api + "' is called without a thread state";
  if (At != Use) {
    F.Message = "'" + P.calleeName(P.event(At)) + "' is called without a " +
                "thread state, and calls '" + Api + "'";
    F.Notes.push_back({Call.Range, "'" + Api + "' is called here, in '" +
                                       P.name(Use.Function) + "'"});
  }
  if (EventId Since = Threads.at(At)->Since; Since != None)
    F.Notes.push_back({P.event({At.Function, Since}).Range,
                       "the thread state is given up here"});
  F.Why = whyDetached(At) +
          ", so other threads run Python at the same time and a garbage "
          "collection does not wait for this one: reference counts and the "
          "current exception are changed under their feet, or the process "
          "stops with a fatal error.";
  F.Help = "Move the call out of the region without a thread state, or take "
           "one around it (Py_BLOCK_THREADS ... Py_UNBLOCK_THREADS, "
           "PyGILState_Ensure ... PyGILState_Release).";
  Found.push_back(std::move(F));
}

void Calls::visit(FunctionId F, const KnownCall &Call) {
  Site S{F, Call.Event};
  std::optional<ThreadStates::State> State = Threads.at(S);
  if (!State || State->How != Attachment::Detached)
    return;
  if (usesPython(P, P.event(S)))
    return report(S, S);
  if (Call.Body == None)
    return;
  // A helper that is only ever entered detached reports its own calls.
  std::optional<Site> Use = Threads.firstUse(Call.Body);
  if (Use && Threads.entry(Call.Body) != Attachment::Detached)
    report(S, *Use);
}

FindingList Calls::run() {
  for (FunctionId F = 0; F != P.Functions.size(); ++F)
    if (P.reportable(F))
      for (const KnownCall &Call : P.calls(F))
        if (Call.Live)
          visit(F, Call);
  return std::move(Found);
}

//===-- Places ------------------------------------------------------------===//

bool isExempt(const Entity &Place) {
  if (Place.has(EF_Const) || Place.has(EF_ThreadLocal) ||
      Place.has(EF_SystemHeader) || Place.has(EF_Generated))
    return true;
  switch (Place.Class) {
  case TypeClass::Lock:
  case TypeClass::Atomic:
  case TypeClass::ThreadKey:
  case TypeClass::PyStatic:
  case TypeClass::Table:
    return true;
  default:
    return false;
  }
}

/// Do the paths name storage that overlaps? Fields of one struct do not.
bool overlap(const Path &A, const Path &B) {
  size_t Common = std::min(A.Steps.size(), B.Steps.size());
  for (size_t I = 0; I != Common; ++I)
    if (!(A.Steps[I] == B.Steps[I]))
      return false;
  // What a pointer points to is not the pointer.
  const Path &Longer = A.Steps.size() > B.Steps.size() ? A : B;
  return std::none_of(Longer.Steps.begin() + Common, Longer.Steps.end(),
                      [](const Step &S) { return S.Kind == StepKind::Deref; });
}

struct Locks {
  std::set<std::string> Names;
  bool Unknown = false;
};

Locks locksAt(const Program &P, Site S) {
  Locks Result;
  for (const HeldLock &L : P.Functions[S.Function].Locks.at(S.Event)) {
    std::string Name = lockName(P, S.Function, L);
    if (!Name.empty())
      Result.Names.insert(Name);
    else if (L.Kind != LockKind::CriticalSection)
      Result.Unknown = true;
  }
  return Result;
}

class Places {
public:
  Places(const Program &P, const ThreadStates &Threads)
      : P(P), Threads(Threads) {}
  FindingList run();

private:
  bool isDetached(const Access &A) const;
  bool conflict(const Access &A, const Access &B) const;
  bool nativeOnly(FunctionId F) const {
    return !(P.Functions[F].Phases & ~(P_Native | P_Init));
  }
  void visit(EntityId Place, const std::vector<Access> &All);
  void report(EntityId Place, const Access &Detached, const Access &Other);

  const Program &P;
  const ThreadStates &Threads;
  FindingList Found;
};

bool Places::isDetached(const Access &A) const {
  std::optional<ThreadStates::State> State = Threads.at(A.At);
  return State && State->How == Attachment::Detached;
}

bool Places::conflict(const Access &A, const Access &B) const {
  if (!A.writes() && !B.writes())
    return false;
  // One worker thread does not race with itself.
  if (nativeOnly(A.At.Function) && nativeOnly(B.At.Function))
    return false;
  if (!overlap(P.path(A.Path), P.path(B.Path)))
    return false;
  Locks HeldA = locksAt(P, A.At), HeldB = locksAt(P, B.At);
  if (HeldA.Unknown || HeldB.Unknown)
    return false;
  return std::none_of(
      HeldA.Names.begin(), HeldA.Names.end(),
      [&](const std::string &Name) { return HeldB.Names.count(Name); });
}

void Places::report(EntityId Place, const Access &Detached,
                    const Access &Other) {
  const std::string &Name = P.entity(Place).Name;
  bool Self = Detached.At == Other.At;
  Finding F = findingAt(P, "detached-api", Detached.At);
  F.Entity = Name;
  F.Conf = std::min(confidenceIn(P, Detached.At.Function, Confidence::High),
                    confidenceIn(P, Other.At.Function, Confidence::High));
  F.Message = "'" + Name + "' is " + (Detached.writes() ? "written" : "read") +
              " without a thread state and without a lock";
  if (!Self)
    F.Message += ", and " + std::string(Other.writes() ? "written" : "read") +
                 " in '" + P.name(Other.At.Function) + "'";
  F.Why = "Code that has given up its thread state runs at the same time as "
          "everything else, even with the GIL: " +
          (Self ? twoThreads(P, Detached.At.Function) + " both write it"
                : twoThreads(P, Detached.At.Function) + " and in '" +
                      P.name(Other.At.Function) + "' meet here") +
          ".";
  F.Help = "Copy what is needed into locals before giving up the thread "
           "state, or hold one lock (PyMutex, std::mutex) at every access.";
  if (P.entity(Place).Loc.isValid())
    F.Notes.push_back({P.entity(Place).Loc, "'" + Name + "' is defined here"});
  if (!Self)
    F.Notes.push_back(
        {P.event(Other.At).Range,
         "the other access, in '" + P.name(Other.At.Function) + "'"});
  Found.push_back(std::move(F));
}

void Places::visit(EntityId Place, const std::vector<Access> &All) {
  std::vector<const Access *> Live;
  for (const Access &A : All)
    if (A.Kind != AccessKind::Address && !A.Atomic &&
        P.isConcurrent(A.At.Function) && P.reportable(A.At.Function))
      Live.push_back(&A);
  const Access *Detached = nullptr, *Other = nullptr;
  for (const Access *A : Live) {
    if (!isDetached(*A))
      continue;
    for (const Access *B : Live) {
      if (!conflict(*A, *B))
        continue;
      // Two functions make the clearer report than two threads in one.
      bool Better = !Other || (Other->At.Function == Detached->At.Function &&
                               B->At.Function != A->At.Function);
      if (Better) {
        Detached = A;
        Other = B;
      }
    }
  }
  if (Detached)
    report(Place, *Detached, *Other);
}

FindingList Places::run() {
  for (const auto &[Place, All] : P.Places)
    if (!isExempt(P.entity(Place)))
      visit(Place, All);
  return std::move(Found);
}

} // namespace

FindingList detachedApi(const Program &P) {
  const ThreadStates &Threads = P.threads();
  FindingList Found = Calls(P, Threads).run();
  for (auto &More : {strangerCalls(P, Threads), attachedWaits(P, Threads),
                     Places(P, Threads).run()})
    Found.insert(Found.end(), More.begin(), More.end());
  return Found;
}

} // namespace ungil::rules
