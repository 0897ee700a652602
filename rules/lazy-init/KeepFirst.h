//===- KeepFirst.h - the object that is kept --------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   value = keep_first(&cache, make());
//
// Of several threads that make an object for one variable the first keeps its
// own; the others drop theirs and go on with that. No lock is held.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_LAZYINIT_KEEPFIRST_H
#define UNGIL_RULES_LAZYINIT_KEEPFIRST_H

#include "Fix/Fix.h"

namespace ungil::rules {

/// Adds the function to the file of \p Code, unless it is there, or refuses.
void addKeepFirst(fix::Draft &D, const fix::FunctionText &Code, bool Cxx);

} // namespace ungil::rules

#endif
