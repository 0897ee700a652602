//===- OnceGuards.h - what is set beside a once-guard -----------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The half of lazy-init about once-guards: variables and fields, of static
// storage or of any object, that the guarded function sets and that other code
// uses without having passed the guard.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_LAZY_INIT_ONCEGUARDS_H
#define UNGIL_RULES_LAZY_INIT_ONCEGUARDS_H

#include "Link/Program.h"
#include <vector>

namespace ungil::rules {

FindingList besideOnceGuards(const Program &P);

/// Does a function that a once-guard runs set variable or field \p What?
bool isSetUnderOnceGuard(const Program &P, EntityId What);

} // namespace ungil::rules

#endif
