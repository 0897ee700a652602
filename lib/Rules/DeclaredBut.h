//===- DeclaredBut.h - a promise that findings contradict -------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The half of module-gil-slot that needs the findings of all other rules: a
// module that declares it does without the GIL, and code of it that does not.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_DECLAREDBUT_H
#define UNGIL_RULES_DECLAREDBUT_H

#include "Link/Program.h"
#include <vector>

namespace ungil {

/// Adds to \p All one finding per module that declares it runs without the
/// GIL while \p All holds findings of high confidence in its code.
void addDeclaredBut(const Program &P, FindingList &All);

} // namespace ungil

#endif
