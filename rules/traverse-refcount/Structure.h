//===- Structure.h - what tp_traverse visits --------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each owned reference is visited, once; and every object of the type is one
// for the collector.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_TRAVERSEREFCOUNT_STRUCTURE_H
#define UNGIL_RULES_TRAVERSEREFCOUNT_STRUCTURE_H

#include "Link/Program.h"
#include <vector>

namespace ungil::rules {

/// Adds what is wrong with the slots of each type to \p All.
void checkStructure(const Program &P, FindingList &All);

} // namespace ungil::rules

#endif
