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

#include "Fix/Draft.h"
#include "Fix/Fix.h"
#include "Fix/FunctionText.h"
#include "Link/Program.h"

namespace ungil::rules {

/// The one mutex over call \p S, taken in its function, whose text is
/// \p Code; null, and \p D refused, when there is not just that.
const HeldLock *mutexOver(const fix::FunctionText &Code, Site S, fix::Draft &D);

/// Takes the lock over call \p S later, or gives it back earlier.
FixPlan shrinkFix(const FixContext &Context, Site S);

} // namespace ungil::rules

#endif
