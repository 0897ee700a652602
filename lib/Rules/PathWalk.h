//===- PathWalk.h - the ways through one function ---------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Follows a small state along every way through a function and remembers what
// the tests passed have said, so that `if (shared) lock(); ...
// if (shared) unlock();` has two ways through it and not four. Tests that say
// nothing twice are not remembered; exceptions out of calls are not followed.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_PATHWALK_H
#define UNGIL_RULES_PATHWALK_H

#include "Link/Program.h"
#include <functional>
#include <optional>

namespace ungil::rules {

/// What a way has learnt of a value.
struct Learnt {
  bool Zero = false;
  std::optional<int32_t> Number;
  auto operator<=>(const Learnt &) const = default;
};

struct WayOut {
  int State = 0;
  EventId Last = None;          ///< return, throw or whatever comes last
  std::vector<uint32_t> Blocks; ///< passed, in order
  std::optional<Learnt> Returns;
  std::map<Origin, Learnt> Facts;
  /// Passed a test of `a ? b : c`, whose arm the walk does not know.
  bool Vague = false;
};

class PathWalk {
public:
  /// Results of calls in \p Watched are remembered however often they are
  /// tested.
  PathWalk(const Program &P, FunctionId F,
           const std::vector<EventId> &Watched = {});

  /// State behind an event, from the state before it; negative ends the way.
  using Visitor = std::function<int(int State, EventId E)>;

  /// The ways from the entry to the end of the function, each with the state
  /// it ends with, which starts as 0. Ways that meet in the same state with
  /// the same knowledge count as one.
  std::vector<WayOut> run(const Visitor &Visit) const;

private:
  using Facts = std::map<Origin, Learnt>;
  std::optional<Origin> subject(const Operand &Raw,
                                const std::vector<Origin> &Set) const;
  std::optional<Origin> branchSubject(EventId Branch) const;
  std::optional<Origin> setToNumber(EventId E) const;
  void learn(Facts &Known, EventId E) const;
  void forget(Facts &Known, EventId E) const;
  bool take(Facts &Known, EventId Branch, bool Holds) const;
  bool jumpsAway(uint32_t Block) const;
  std::optional<Learnt> returned(const Facts &Known, EventId Return) const;

  const Program &P;
  const Function &Body;
  const Values &V;
  std::map<Origin, unsigned> Interest; ///< how often each value is asked about
};

} // namespace ungil::rules

#endif
