//===- Reviewed.h - lists of variables somebody looked at -------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Projects keep lists of the variables they found safe. The form is that of
// CPython's own (Tools/c-analyzer/cpython/ignored.tsv): lines of
//
//   FILE <tab> FUNCTION <tab> VARIABLE <tab> REASON
//
// with `-` for no function and for no reason, `#` in front of comments, and
// paths relative to the root of the scan. An entry names where the variable is
// defined; one for a finding that is about no variable of static duration
// names where the finding is.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_REVIEWED_H
#define UNGIL_RULES_REVIEWED_H

#include "Link/Program.h"
#include "llvm/Support/Error.h"
#include <string>
#include <string_view>
#include <vector>

namespace ungil {

struct ReviewedEntry {
  std::string File, Function, Variable, Reason; ///< empty for `-`
};

struct ReviewedList {
  std::string Path; ///< of the list
  std::vector<ReviewedEntry> Entries;
};

/// Reads the text of list \p Path. The error names the line.
llvm::Expected<ReviewedList> parseReviewed(std::string_view Text,
                                           const std::string &Path);

/// Takes out of \p Out, whose files are those of \p P, the findings about what
/// \p Lists names, and counts those from \p Least on as suppressed. With \p
/// NeedReasons an entry without a reason does nothing.
void applyReviewed(const Program &P, llvm::ArrayRef<ReviewedList> Lists,
                   bool NeedReasons, Confidence Least, Report &Out);

} // namespace ungil

#endif
