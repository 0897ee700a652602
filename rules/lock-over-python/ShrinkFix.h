//===- ShrinkFix.h - less code under a lock ---------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   lock(m);                            item = make();
//   item = make();                      lock(m);
//   store(item);              ->        store(item);
//   unlock(m);                          unlock(m);
//
// What runs Python code at either end of a locked stretch, and touches nothing
// that the lock protects, moves out of it.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_SHRINKFIX_H
#define UNGIL_RULES_SHRINKFIX_H

#include "Fix/Fix.h"

namespace ungil::rules {

/// Takes the lock over call \p S later, or gives it back earlier.
FixPlan shrinkFix(const FixContext &Context, Site S);

} // namespace ungil::rules

#endif
