//===- Sections.h - what a critical section is relied on for ----*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Three mistakes about what a section holds: an outer section that the inner
// one suspends, an object nobody else has, and a test whose answer is out of
// date when the section goes on.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_CRITICAL_SECTION_OBJECT_SECTIONS_H
#define UNGIL_RULES_CRITICAL_SECTION_OBJECT_SECTIONS_H

#include "Link/Suspend.h"
#include <vector>

namespace ungil::rules {

/// Section \p Inner of \p F begins while another is held and relied on.
void findNested(const Program &P, FunctionId F, const LockChange &Inner,
                FindingList &All);

/// Section \p Begin of \p F locks an object no other thread can reach.
void findPrivate(const Program &P, FunctionId F, const LockChange &Begin,
                 FindingList &All);

/// What is initialised on first use under a section that is suspended between
/// the test and the store.
void findStale(const Program &P, const Suspensions &Breaks, FindingList &All);

} // namespace ungil::rules

#endif
