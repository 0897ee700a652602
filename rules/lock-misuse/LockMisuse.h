//===- LockMisuse.h - the parts of lock-misuse ------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One function per mistake, all on the lock model of Link: locks that are not
// given back, locks given back wrongly, locks that wait for each other, and
// calls without the lock they need.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_LOCK_MISUSE_LOCKMISUSE_H
#define UNGIL_RULES_LOCK_MISUSE_LOCKMISUSE_H

#include "Link/Program.h"
#include <vector>

namespace ungil::rules {

/// A way out of \p F on which a lock stays held that others give back.
void findLeftHeld(const Program &P, FunctionId F, FindingList &All);

/// Of the finding at \p Exit, every event with which the function is left.
std::vector<EventId> leftHeldAt(const Program &P, FunctionId F, EventId Exit);

/// A lock taken while its own thread holds it, directly or through a helper.
void findTakenTwice(const Program &P, FunctionId F, FindingList &All);

/// A call without the lock that the callee's authors require.
void findUnmet(const Program &P, FunctionId F, FindingList &All);

/// A thread state given back while a critical section is open on it.
void findOpenSections(const Program &P, FunctionId F, FindingList &All);

/// Two locks that are taken in both orders.
void findOrders(const Program &P, FindingList &All);

} // namespace ungil::rules

#endif
