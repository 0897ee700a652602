//===- LockFlow.h - locks inside one function -------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A forward data-flow of the set of locks held, joined by intersection. A
// call that only tries leaves a lock of unknown kind, which protects but
// proves nothing, until a branch on its result says whether it was taken.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_LINK_LOCKFLOW_H
#define UNGIL_LINK_LOCKFLOW_H

#include "Link/Program.h"
#include <functional>
#include <optional>

namespace ungil {

/// What a call of a function does to the caller's locks; paths are rooted in
/// the function's parameters or in places.
struct LockSummary {
  struct Acquired {
    HeldLock Lock;
    HeldIf Result = HeldIf::Always;
    bool operator==(const Acquired &) const = default;
  };
  std::vector<Acquired> Acquires;
  struct Released {
    HeldLock Lock;
    EntityId Holder = None; ///< as in LockChange
    bool operator==(const Released &) const = default;
  };
  std::vector<Released> Releases;
  bool operator==(const LockSummary &) const = default;
};

struct LockState {
  std::vector<HeldLock> Held;  ///< sorted
  std::vector<Origin> Dropped; ///< given back since they were last taken
  /// The thread may have given up its thread state, and its critical sections
  /// with it, until it has it again.
  bool Away = false;
  uint32_t AwayGuard = None; ///< local whose destructor gets it back
};

/// The lock that \p Said is about, as the function that promises it names it.
HeldLock promisedLock(const LockPromise &Said);

/// What the authors of function \p E say that its callers hold.
std::vector<HeldLock> promisedAtEntry(const Program &P, EntityId E);

class LockFlow {
public:
  /// \p Summaries: of every function, as far as they are known.
  LockFlow(Program &P, FunctionId F, const std::vector<LockSummary> &Summaries)
      : P(P), F(F), Body(P.body(F)), V(P.Functions[F].Value),
        Summaries(Summaries) {}

  /// Runs to the fixed point; States and summary() are valid afterwards.
  void run();

  LockStates States;
  LockSummary summary() const;

  // For forwardFlow.
  LockState entry();
  bool join(LockState &Into, const LockState &From);
  void transfer(LockState &S, EventId E);
  void edge(LockState &S, uint32_t Block, uint32_t Successor);

private:
  void acquire(LockState &S, HeldLock L, HeldIf Result = HeldIf::Always);
  void release(LockState &S, EventId E, const HeldLock &L);
  void release(LockState &S, EventId E, const HeldLock &L, EntityId Holder);
  const HeldLock *onlyCandidate(const std::vector<HeldLock> &Held,
                                const HeldLock &L) const;
  bool releaseHandle(LockState &S, EventId E, uint32_t Handle);
  void turn(LockState &S, EventId E, const EffectFact &Effect);
  void note(EventId E, LockChange Change);

  void applyApi(LockState &S, EventId E, const LockFact &Fact);
  void applyGuard(LockState &S, EventId E, const LockFact &Fact);
  void applyRelease(LockState &S, EventId E, const LockFact &Fact);
  void applySummary(LockState &S, EventId E, FunctionId Callee);
  void applyName(LockState &S, EventId E);
  bool applyPromises(LockState &S, EventId E);
  void takePromised(LockState &S, EventId E, const LockPromise &Said);
  void take(LockState &S, EventId E, HeldLock L, HeldIf Result, bool Tries);
  bool isDestructor(const Event &Call) const;
  bool outlives(const HeldLock &L, uint32_t Handler) const;
  void unwind(LockState &S, uint32_t Block, uint32_t Successor) const;

  uint32_t handleOf(EventId E, int Arg) const;
  Origin objectOf(EventId E, int Arg, LockKind Kind) const;
  std::optional<bool> tells(HeldIf Result, EventId Branch, bool Holds) const;
  HeldIf resultFor(const HeldLock &L, EventId Branch) const;
  uint32_t internSet(const std::vector<HeldLock> &Set);
  EventId returnBefore(uint32_t Block) const;
  std::vector<uint32_t> leaving() const;
  bool hasName(const Origin &O) const;
  std::optional<LockSummary::Acquired>
  handedOn(const HeldLock &L, const std::vector<uint32_t> &Ways) const;

  Program &P;
  FunctionId F;
  const Function &Body;
  const Values &V;
  const std::vector<LockSummary> &Summaries;
  std::map<EventId, std::vector<LockChange>> Changes;
  /// What the guards that are locals guard, whether they hold it or not.
  std::map<uint32_t, std::vector<HeldLock>> Guarded;
  std::vector<std::optional<LockState>> Out; ///< per block
  std::map<std::vector<HeldLock>, uint32_t> SetIndex;
};

} // namespace ungil

#endif
