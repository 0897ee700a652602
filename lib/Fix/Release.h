//===- Release.h - one release on every path --------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A variable that held a borrowed reference holds a strong one from some
// statement on. Every way out of the block must then release it exactly once,
// unless the code took a reference there before: that Py_INCREF goes, and its
// reference is the one we have.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_FIX_RELEASE_H
#define UNGIL_FIX_RELEASE_H

#include "Fix/Draft.h"
#include "Fix/Lifetime.h"
#include <string>

namespace ungil::fix {

struct OwnedVariable {
  std::string Name;
  /// Sets it: a declaration, an assignment, or an `if` that assigns in its
  /// condition.
  StatementId From = None;
  Lifetime Life;
  bool MayBeNull = true;
  /// The code tests for None what will be NULL (PyWeakref_GetRef).
  bool NoneIsNull = false;
  /// The `if` that asks only whether the call failed; what it found may be NULL
  /// behind that.
  StatementId FailureTest = None;
};

/// Adds to \p D what makes the reference in \p V released once on every way,
/// or refuses.
void releaseOnEveryPath(Draft &D, const FunctionText &Code,
                        const OwnedVariable &V);

} // namespace ungil::fix

#endif
