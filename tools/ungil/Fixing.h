//===- Fixing.h - edits made and checked ------------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   Report ── choose ──► edited text ── parse twice, analyse ──► Report
//
// Makes the fixes a report offers, in memory, and looks at the result as the
// compiler and the rules do: a fix that brings an error, a warning or a new
// finding, or that leaves its finding in place, is taken back and named. What
// two fixes both want to change is changed by the first; the second is planned
// again on the new text.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_TOOL_FIXING_H
#define UNGIL_TOOL_FIXING_H

#include "Analyse.h"
#include <map>
#include <set>
#include <string>
#include <vector>

namespace ungil {

struct FixRequest {
  Applicability Least = Applicability::Safe;
  bool Verify = true;
};

struct FixOutcome {
  Report Final; ///< what is left to find in the edited text
  /// New text by path; what is not in it is unchanged.
  std::map<std::string, std::string> Edited;
  FindingList Made; ///< findings as they were, with the fix made
  std::vector<Remark> Withdrawn;
};

/// Makes what \p First offers and \p Request allows. \p Units are the results
/// that \p First was made of.
FixOutcome makeFixes(const ScanPlan &Plan, std::vector<UnitResult> Units,
                     Report First, const Api &Known,
                     const AnalyseOptions &Options, const FixRequest &Request,
                     Timings &Times);

/// Writes \p Outcome to disk. A file that is no longer as it was read (its text
/// is in \p Read) is left alone and named in a remark, as one that cannot be
/// written and one that a link takes out of \p Root.
std::vector<Remark> writeFixes(const FixOutcome &Outcome,
                               const std::string &Root, SourceCache &Read);

/// Writes the fixes of \p Report that go together as YAML for
/// clang-apply-replacements.
llvm::Error exportFixes(const Report &Report, Applicability Least,
                        const std::string &Path);

} // namespace ungil

#endif
