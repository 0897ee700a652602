//===- WeakTables.h - tables that do not own their objects ------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The part of borrowed-ref about tables of the extension itself: an object
// takes itself out when it is destroyed, so the table lends what it holds.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_BORROWEDREF_WEAKTABLES_H
#define UNGIL_RULES_BORROWEDREF_WEAKTABLES_H

#include "Link/Program.h"
#include <vector>

namespace ungil::rules {

/// Adds to \p All every increment of an object found in such a table.
void judgeWeakTables(const Program &P, FindingList &All);

} // namespace ungil::rules

#endif
