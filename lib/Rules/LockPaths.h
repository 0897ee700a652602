//===- LockPaths.h - ways out with a lock held ------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The paths of one function from the call that takes a lock. A branch that
// was passed on the way to the lock goes the same way again behind it:
// `if (shared) lock(); ... if (shared) unlock();` releases on every path.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_LOCKPATHS_H
#define UNGIL_RULES_LOCKPATHS_H

#include "Link/Program.h"
#include <functional>
#include <optional>

namespace ungil::rules {

/// The last event of a path from \p Taken to the function's end on which no
/// event satisfies \p Releases; nothing when there is no such path. Exceptions
/// out of calls are not followed: guards are made for them.
std::optional<EventId>
leavesHolding(const Program &P, FunctionId F, EventId Taken,
              const std::function<bool(EventId)> &Releases);

} // namespace ungil::rules

#endif
