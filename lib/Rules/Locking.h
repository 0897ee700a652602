//===- Locking.h - what the rules about locks share -------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Which locks exclude for real and which can be suspended, how a call names
// the lock it takes, and whether a lock was held without a break.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_LOCKING_H
#define UNGIL_RULES_LOCKING_H

#include "Link/Program.h"
#include "Link/Reach.h"
#include <string>
#include <vector>

namespace ungil::rules {

/// A critical section: let go whenever the thread detaches.
bool isSection(const HeldLock &L);

/// A lock that a thread keeps until it gives it back: PyMutex, a mutex of the
/// platform or of C++, PyThread_type_lock.
bool isMutex(const HeldLock &L);

/// A mutex that blocks without letting go of the thread state, so that a
/// thread that waits for it holds up every pause of all threads.
bool blocksAttached(const HeldLock &L);

/// May the thread that holds \p L take it again?
bool isRecursive(const Program &P, FunctionId F, const HeldLock &L);

/// The lock fact of a call of the API (null: none).
const LockFact *lockFact(const Program &P, const Event &Call);

/// The lock of \p Set that is \p L; null when it is not there.
const HeldLock *findLock(const std::vector<HeldLock> &Set, const HeldLock &L);

/// Where the lock \p L of \p F was taken, for a note: by a call of its own or
/// by a caller's.
Site whereTaken(const Program &P, FunctionId F, const HeldLock &L);

/// Is \p What the same lock each time this function names it? An element of an
/// array need not be, nor what a call returns.
bool namesOneLock(const Program &P, const Origin &What);

/// `lock 'self->lock'`, `critical section on 'self'`.
std::string lockNoun(const Program &P, FunctionId F, const HeldLock &L);

} // namespace ungil::rules

#endif
