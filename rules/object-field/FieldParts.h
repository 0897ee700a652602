//===- FieldParts.h - sections where fields are used ------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Where one section around all uses in a function would be let go in the
// middle: one for each change, and one for each reference that is read, which
// is held while it is used.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_OBJECT_FIELD_FIELDPARTS_H
#define UNGIL_RULES_OBJECT_FIELD_FIELDPARTS_H

#include "FieldUses.h"
#include <set>
#include <vector>

namespace ungil::rules {

/// Adds the sections for \p Accesses of the function of \p Code to \p D, or
/// refuses. \p Helpers run under the sections of their callers.
void lockParts(fix::Draft &D, const FixContext &Context,
               const fix::FunctionText &Code,
               const std::vector<const FieldAccess *> &Accesses,
               const std::set<FunctionId> &Helpers);

} // namespace ungil::rules

#endif
