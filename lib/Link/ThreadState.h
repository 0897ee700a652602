//===- ThreadState.h - who runs with a thread state -------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Attached or detached at every event, and since which call. Ensure and
// Release nest: a release goes back to what was before, which is why this
// follows tokens and guards. Threads the extension starts begin detached;
// a helper begins as its callers are at the call.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_LINK_THREADSTATE_H
#define UNGIL_LINK_THREADSTATE_H

#include "Link/Program.h"
#include <optional>
#include <vector>

namespace ungil {

/// Does \p Call use Python's C API in a way that needs a thread state?
bool usesPython(const Program &P, const Event &Call);

/// What the data says \p Call does to the thread's state; null: nothing. It
/// knows better than the body of a binding tool's guard, which takes the state
/// only at need.
const EffectFact *turnOf(const Program &P, const Event &Call);

class ThreadStates {
public:
  explicit ThreadStates(const Program &P);

  struct State {
    Attachment How = Attachment::Attached;
    EventId Since = None; ///< call that detached; None: so at entry
  };

  /// Before event \p S; nothing where control never gets.
  std::optional<State> at(Site S) const;

  Attachment entry(FunctionId F) const { return Entry[F]; }

  /// One function from one start. Most functions have nothing that changes
  /// the thread's state: they are in the same one all over.
  struct Run {
    Attachment Start = Attachment::Attached;
    Attachment Exit = Attachment::Attached;
    bool Uniform = true;
    std::vector<std::optional<State>> Events;
    std::optional<State> at(EventId E) const {
      return Uniform ? State{Start, None} : Events[E];
    }
  };

  /// \p F as a thread without a thread state runs it.
  Run enteredDetached(const Program &P, FunctionId F) const {
    return run(P, F, Attachment::Detached);
  }

  /// The first call by which \p F, entered detached, attaches the thread;
  /// None when it never does.
  EventId attachesAt(const Program &P, FunctionId F, int Depth = 0) const;

  /// The first use of Python's C API when \p F is entered detached, in \p F
  /// itself or in what it calls.
  std::optional<Site> firstUse(FunctionId F) const { return Uses[F]; }

private:
  friend class ThreadFlow;
  /// State on return, by the state on entry.
  struct Summary {
    Attachment IfAttached = Attachment::Attached;
    Attachment IfDetached = Attachment::Detached;
    bool operator==(const Summary &) const = default;
  };

  Run run(const Program &P, FunctionId F, Attachment Start) const;
  bool changesState(const Program &P, FunctionId F) const;
  Run follow(const Program &P, FunctionId F, Attachment Start) const;
  std::optional<Site> findUse(const Program &P, FunctionId F) const;
  void summarise(const Program &P);
  void findUses(const Program &P);
  void settleEntries(const Program &P);
  std::optional<Attachment> fromCallers(const Program &P, FunctionId F) const;

  std::vector<Attachment> Entry;
  std::vector<Summary> Summaries;
  std::vector<bool> Uniform; ///< no event changes the thread's state
  std::vector<std::optional<Site>> Uses;
  std::vector<std::optional<Run>> Runs;
};

} // namespace ungil

#endif
