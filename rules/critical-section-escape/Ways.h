//===- Ways.h - the ends of one critical section ----------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A section by the local that keeps it (`_py_cs`): where it begins and ends,
// and what lies between in the text.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_CRITICAL_SECTION_ESCAPE_WAYS_H
#define UNGIL_RULES_CRITICAL_SECTION_ESCAPE_WAYS_H

#include "Link/Program.h"
#include <vector>

namespace ungil::rules {

struct Section {
  uint32_t Handle = None;
  HeldLock Lock;
  std::vector<EventId> Begins, Ends;
  bool HandedOn = false; ///< others get the handle too, and may end it
};

/// The sections that \p F begins or ends by hand; guards end themselves.
std::vector<Section> sectionsOf(const Program &P, FunctionId F);

/// Sections that control leaves without their end, or comes into without
/// their beginning.
void findEscapes(const Program &P, FunctionId F, const Section &S,
                 FindingList &All);

/// What was read inside \p S from where others write, and used behind it.
void findOutlived(const Program &P, FunctionId F, const Section &S,
                  FindingList &All);

} // namespace ungil::rules

#endif
