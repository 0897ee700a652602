//===- FailureExit.h - how a function reports failure -----------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A call that can fail where the old one could not needs a way out: what the
// function itself does when the next thing fails, if nothing it has to clean
// up was made in between.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_FIX_FAILUREEXIT_H
#define UNGIL_FIX_FAILUREEXIT_H

#include "Fix/FunctionText.h"
#include <string>

namespace ungil::fix {

/// What stands behind `if (v == NULL)` after statement \p Where, which sets
/// \p Variable: white space and a statement or block. Empty when the function
/// gives no example. \p InFront: what fails stands in front of the statement,
/// which may be the example.
std::string failureExit(const FunctionText &Code, StatementId Where,
                        const std::string &Variable, bool InFront = false);

} // namespace ungil::fix

#endif
