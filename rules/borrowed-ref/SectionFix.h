//===- SectionFix.h - borrowed references that stay borrowed ----*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Where no call gives a strong reference in the place of the borrowed one: the
// container is kept from changing by a critical section, or is copied first.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_BORROWED_REF_SECTIONFIX_H
#define UNGIL_RULES_BORROWED_REF_SECTIONFIX_H

#include "Fix/Fix.h"

namespace ungil::rules {

FixPlan borrowedRefSectionFix(const FixContext &Context, const Finding &Found);

} // namespace ungil::rules

#endif
