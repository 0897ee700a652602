//===- Suppressing.h - suppressions written into sources --------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Findings that somebody has looked at get a comment above their line:
//
//   /* ungil: ignore[shared-global, lazy-init] set once, by main */
//
// The form `/*` is one in every dialect of C and in the arguments of macros.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_TOOL_SUPPRESSING_H
#define UNGIL_TOOL_SUPPRESSING_H

#include "Report/Finding.h"
#include "Support/SourceCache.h"
#include <map>
#include <string>
#include <vector>

namespace ungil {

/// What is wrong with \p Reason; empty: nothing.
std::string problemWithReason(const std::string &Reason);

struct Suppressing {
  std::map<std::string, std::string> Edited; ///< new text by path
  uint32_t Added = 0;                        ///< comments
  FindingList Left;                          ///< no comment can be written
};

/// Suppresses the findings of \p Report. One that speaks of others gets no
/// comment: it goes with them, or is left with those that are.
Suppressing suppressAll(const Report &Report, const std::string &Reason,
                        SourceCache &Sources);

} // namespace ungil

#endif
