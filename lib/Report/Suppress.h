//===- Suppress.h - findings a comment answers ------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Takes out the findings that comments suppress, counts them, and reports the
// suppressions that suppress nothing (rule unused-suppression).
//
// Where each spelling reaches (Facts/Comments.h lists them): a comment after
// code reaches the findings on its own lines, a comment alone on its line
// also the next line of code; NOLINT only its own line, as in clang-tidy.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_REPORT_SUPPRESS_H
#define UNGIL_REPORT_SUPPRESS_H

#include "Facts/Facts.h"
#include "Report/Finding.h"
#include "Support/SourceCache.h"
#include <functional>
#include <string>
#include <vector>

namespace ungil {

struct SuppressionOptions {
  std::vector<std::string> Known; ///< ids of all rules
  std::vector<std::string> Ran;   ///< rules that ran: only these can be unused
  bool ReportUnused = true;       ///< unused-suppression is selected
  bool NeedReasons = false;       ///< those without one suppress nothing
  bool Hide = true;               ///< false: say what is unused, hide nothing
  /// Findings that depend on which others are left; they are answered too.
  std::function<FindingList(Report &)> Late = nullptr;
  Confidence Least = Confidence::Medium; ///< count findings from here on
};

/// Applies \p Comments, whose file ids index the report's files, to a
/// finalized \p Report and leaves it finalized.
void applySuppressions(Report &Report, const std::vector<CommentFact> &Comments,
                       const SuppressionOptions &Options, SourceCache &Sources);

} // namespace ungil

#endif
