//===- Changes.h - findings that a change is about --------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A reviewer of a change wants the findings that it brings, wherever they are
// (a lock taken away here, a race there), and those on lines it touches.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_REPORT_CHANGES_H
#define UNGIL_REPORT_CHANGES_H

#include "Report/Finding.h"
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ungil {

/// First and last changed line of the new text, by file.
using ChangedLines =
    std::map<std::string, std::vector<std::pair<uint32_t, uint32_t>>>;

/// Reads what `git diff -U0` prints. Files are called as in the lines `+++`,
/// without the `b/`.
ChangedLines parseDiff(std::string_view Diff);

struct Change {
  ChangedLines Lines;           ///< by absolute path
  std::set<std::string> Before; ///< fingerprints of the findings before it
};

/// Takes the findings out of \p Report that were there before \p Since and are
/// on no line it touches, and counts those from \p Least on as Unchanged.
void keepChanged(Report &Report, const Change &Since, Confidence Least);

} // namespace ungil

#endif
