//===- StrangerCalls.h - Python used by unknown threads ---------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The half of detached-api about functions that nobody seen calls, and that
// are entered without a thread state all the same (Rules/Strangers.h).
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_DETACHEDAPI_STRANGERCALLS_H
#define UNGIL_RULES_DETACHEDAPI_STRANGERCALLS_H

#include "Link/ThreadState.h"
#include <vector>

namespace ungil::rules {

FindingList strangerCalls(const Program &P, const ThreadStates &Threads);

} // namespace ungil::rules

#endif
