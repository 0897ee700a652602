//===- AttachedWaits.h - waiting with a thread state ------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The half of detached-api that asks the opposite: code that keeps its thread
// state while it waits for something outside the process.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_DETACHEDAPI_ATTACHEDWAITS_H
#define UNGIL_RULES_DETACHEDAPI_ATTACHEDWAITS_H

#include "Link/ThreadState.h"
#include <vector>

namespace ungil::rules {

FindingList attachedWaits(const Program &P, const ThreadStates &Threads);

} // namespace ungil::rules

#endif
