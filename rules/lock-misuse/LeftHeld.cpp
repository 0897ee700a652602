//===- LeftHeld.cpp - a way out that keeps the lock -----------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A function that gives a lock back on some ways and not on others either
// forgets one, or takes the lock for its caller: then what it returns says
// which way it went, and success is what goes with the lock.
//
//===----------------------------------------------------------------------===//

#include "LockMisuse.h"
#include "Rules/Common.h"
#include "Rules/Locking.h"
#include "Rules/Objects.h"
#include "Rules/PathWalk.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>

namespace ungil::rules {
namespace {

enum Balance { Free, Held, Returned, GivenAway };

class LeftHeld {
public:
  LeftHeld(const Program &P, FunctionId F, const LockChange &Take)
      : P(P), F(F), Body(P.body(F)), Info(P.Functions[F]), Take(Take),
        Lock(Take.Lock) {}

  /// Where the function is left with the lock held, each once.
  std::vector<EventId> exits() const;
  std::optional<Finding> judge() const;

private:
  int pass(int State, EventId E) const;
  bool names(EventId E) const;
  bool wasTaken(const WayOut &Way) const;
  bool isDesign(const WayOut &Way, const std::vector<WayOut> &All) const;

  const Program &P;
  FunctionId F;
  const Function &Body;
  const FunctionInfo &Info;
  const LockChange &Take;
  const HeldLock &Lock;
};

/// Is the lock, or the pointer to it, an argument of \p E, or stored by it?
bool LeftHeld::names(EventId E) const {
  Path Pointer;
  if (Lock.What.Kind == OperandKind::Address)
    Pointer = P.path(Lock.What.Index);
  bool Pointee =
      !Pointer.Steps.empty() && Pointer.Steps.back().Kind == StepKind::Deref;
  if (Pointee)
    Pointer.Steps.pop_back();
  auto IsLock = [&](const Origin &O) {
    return O == Lock.What || (Pointee && O.Kind == OperandKind::Load &&
                              P.path(O.Index) == Pointer);
  };
  if (Body.Events[E].Kind == EventKind::Write) {
    const std::vector<Origin> &Value = Info.Value.value(E);
    return std::any_of(Value.begin(), Value.end(), IsLock);
  }
  for (unsigned I = 0; I != Info.Value.Events[E].Args.size(); ++I)
    for (const Origin &O : Info.Value.arg(E, I))
      if (IsLock(O))
        return true;
  return false;
}

/// A lock that a thread of the extension gives back is a signal to whoever
/// waits for it.
static bool isSignal(const Program &P, const HeldLock &Lock, FunctionId In) {
  if (Lock.Kind != LockKind::PyThread)
    return false;
  EntityId Field = lastField(P, P.path(Lock.What.Index));
  for (FunctionId F = 0; F != P.Functions.size(); ++F)
    for (const LockChange &C : P.Functions[F].Locks.Changes) {
      if (C.Takes || F == In || !(P.Functions[F].Phases & P_Native) ||
          C.Lock.What.Kind != OperandKind::Address)
        continue;
      if (Field != None && lastField(P, P.path(C.Lock.What.Index)) == Field)
        return true;
    }
  return false;
}

int LeftHeld::pass(int State, EventId E) const {
  if (Body.Events[E].Kind == EventKind::Write && State == Held && names(E))
    return GivenAway;
  if (Body.Events[E].Kind != EventKind::Call)
    return State;
  bool Known = false;
  for (const LockChange &C : Info.Locks.Changes) {
    if (C.At != E)
      continue;
    Known = true;
    if (C.Takes && C.Lock.What == Lock.What)
      return E == Take.At ? Held : GivenAway;
    bool Returns =
        !C.Takes && (C.Lock.What == Lock.What || C.Instead.What == Lock.What ||
                     C.Lock.What.Kind == OperandKind::Unknown);
    if (Returns && State == Held)
      return Returned;
  }
  // Whoever else is told of the lock may give it back.
  if (!Known && State == Held && names(E))
    return GivenAway;
  return State;
}

/// Does the way know that the call that takes the lock failed?
bool LeftHeld::wasTaken(const WayOut &Way) const {
  if (Take.Result == HeldIf::Always)
    return true;
  auto It = Way.Facts.find({OperandKind::Result, Take.At, 0});
  const LockFact *Fact = lockFact(P, Body.Events[Take.At]);
  bool Waits = Fact && Fact->Action == LockAction::Acquire;
  if (It == Way.Facts.end())
    return Waits;
  bool Zero = It->second.Zero;
  return Take.Result == HeldIf::Zero ? Zero
                                     : Take.Result == HeldIf::NonZero && !Zero;
}

static bool isFailure(const Learnt &Value, bool Pointer) {
  return Pointer ? Value.Zero : Value.Number.value_or(0) < 0;
}

/// Does the function take the lock for its caller on the ways that end like
/// \p Way? What it returns says so then, and is no failure.
bool LeftHeld::isDesign(const WayOut &Way,
                        const std::vector<WayOut> &All) const {
  if (!Way.Returns)
    return false;
  bool Pointer = P.entityOf(F).Type.find("* (") != std::string::npos ||
                 P.entityOf(F).Type.find("*(") != std::string::npos;
  if (isFailure(*Way.Returns, Pointer))
    return false;
  return std::none_of(All.begin(), All.end(), [&](const WayOut &Other) {
    return Other.State == Returned &&
           (!Other.Returns || Other.Returns == Way.Returns);
  });
}

std::vector<EventId> LeftHeld::exits() const {
  PathWalk Walk(P, F, {Take.At});
  std::vector<WayOut> Ways =
      Walk.run([&](int State, EventId E) { return pass(State, E); });
  auto Balanced = [](const WayOut &W) { return W.State == Returned; };
  std::vector<EventId> Out;
  if (std::none_of(Ways.begin(), Ways.end(), Balanced))
    return Out; // takes it for the caller
  for (const WayOut &Way : Ways)
    if (Way.State == Held && !Way.Vague && wasTaken(Way) &&
        !isDesign(Way, Ways) &&
        std::find(Out.begin(), Out.end(), Way.Last) == Out.end())
      Out.push_back(Way.Last);
  return Out;
}

std::optional<Finding> LeftHeld::judge() const {
  std::vector<EventId> Exits = exits();
  if (Exits.empty())
    return std::nullopt;
  EventId Last = Exits.front();
  Finding Found = findingAt(P, "lock-misuse", {F, Last});
  Found.Entity = P.name(F);
  Found.Conf = confidenceIn(P, F, Confidence::High);
  bool Throws = Body.Events[Last].Kind == EventKind::Throw;
  Found.Message = "'" + P.name(F) + "' " + (Throws ? "throws" : "returns") +
                  " with " + lockNoun(P, F, Lock) + " held";
  Found.Why = "Other paths give the lock back, this one does not: the next "
              "of " +
              twoThreads(P, F) + " waits for ever.";
  Found.Help = "Give it back on this path too, or leave through one label "
               "that does; in C++ use a guard.";
  Found.Notes.push_back({Body.Events[Take.At].Range, "locked here"});
  for (EventId Other : llvm::drop_begin(Exits))
    Found.Notes.push_back({Body.Events[Other].Range, "left with it here, too"});
  return Found;
}

} // namespace

/// Does the function take the lock with \p Take and give it back somewhere, by
/// a name that is one lock?
static bool isPaired(const Program &P, FunctionId F, const LockChange &Take) {
  const auto &Changes = P.Functions[F].Locks.Changes;
  bool Returned =
      std::any_of(Changes.begin(), Changes.end(), [&](const LockChange &C) {
        return !C.Takes && (C.Lock.What == Take.Lock.What ||
                            C.Instead.What == Take.Lock.What);
      });
  return Take.Takes && Returned && isMutex(Take.Lock) &&
         Take.Lock.Handle == None && Take.Result != HeldIf::Unknown &&
         namesOneLock(P, Take.Lock.What) && !isSignal(P, Take.Lock, F);
}

void findLeftHeld(const Program &P, FunctionId F, FindingList &All) {
  for (const LockChange &Take : P.Functions[F].Locks.Changes)
    if (isPaired(P, F, Take))
      if (auto Found = LeftHeld(P, F, Take).judge())
        All.push_back(std::move(*Found));
}

std::vector<EventId> leftHeldAt(const Program &P, FunctionId F, EventId Exit) {
  for (const LockChange &Take : P.Functions[F].Locks.Changes) {
    if (!isPaired(P, F, Take))
      continue;
    std::vector<EventId> Exits = LeftHeld(P, F, Take).exits();
    if (std::find(Exits.begin(), Exits.end(), Exit) != Exits.end())
      return Exits;
  }
  return {Exit};
}

} // namespace ungil::rules
