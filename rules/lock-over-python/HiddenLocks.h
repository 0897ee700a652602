//===- HiddenLocks.h - Python code under a lock nobody wrote ----*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The half of lock-over-python about locks that no call takes: those of
// local statics of C++ and of once-functions.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_LOCKOVERPYTHON_HIDDENLOCKS_H
#define UNGIL_RULES_LOCKOVERPYTHON_HIDDENLOCKS_H

#include "Link/Reach.h"
#include "Link/ThreadState.h"
#include <vector>

namespace ungil::rules {

/// Adds to \p All what \p F runs under such a lock.
void judgeHiddenLocks(const Program &P, const Reaches &Runs,
                      const ThreadStates &Threads, FunctionId F,
                      FindingList &All);

} // namespace ungil::rules

#endif
