//===- Suspend.h - is a lock held without a break? --------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A critical section protects until the thread lets go of its thread state:
// in a call that runs Python code or detaches, and while it waits for another
// section or a PyMutex. A mutex is let go by its unlock and by a wait on a
// condition only.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_LINK_SUSPEND_H
#define UNGIL_LINK_SUSPEND_H

#include "Link/Reach.h"
#include <optional>

namespace ungil {

/// How a lock is let go in between; Waits: only when another thread holds
/// what the thread asks for.
struct Break {
  Reach How = Reach::Nothing;
  EventId Call = None; ///< in the function asked about
  Site Inside;         ///< what does it, in Call or in what that calls
};

class Suspensions {
public:
  Suspensions(const Program &P, const Reaches &Runs) : P(P), Runs(Runs) {}

  /// What event \p E of \p F does to \p L, which is held before it.
  Break at(FunctionId F, const HeldLock &L, EventId E) const;

  /// The worst that happens to \p L on some way from \p From to \p To, both
  /// left out. Nothing when it is held without a break.
  std::optional<Break> between(FunctionId F, const HeldLock &L, EventId From,
                               EventId To) const;

private:
  Break ofSection(FunctionId F, const HeldLock &L, EventId E) const;

  const Program &P;
  const Reaches &Runs;
};

/// The events of \p Body on the ways from \p From to \p To, both left out.
std::vector<EventId> eventsBetween(const Function &Body, EventId From,
                                   EventId To);

} // namespace ungil

#endif
