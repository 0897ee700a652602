//===- Baseline.h - findings that are known ---------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A project that starts with many findings writes them to a file and is told
// of new ones only. The file is text, a line for each finding:
//
//   RULE <tab> FILE <tab> FUNCTION <tab> ENTITY <tab> FINGERPRINT
//
// The fingerprint alone decides (Finalize.h): a finding stays known when lines
// move, files are renamed or functions beside it change. The rest is for
// readers and puts the lines in an order that merges well.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_REPORT_BASELINE_H
#define UNGIL_REPORT_BASELINE_H

#include "Report/Finding.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include <string>
#include <string_view>
#include <vector>

namespace ungil {

struct BaselineEntry {
  std::string Rule, File, Function, Entity, Fingerprint;
};
using Baseline = std::vector<BaselineEntry>;

/// Reads the text of file \p Path. The error names the line.
llvm::Expected<Baseline> parseBaseline(std::string_view Text,
                                       const std::string &Path);

/// The findings of \p Report, which has been finalized.
Baseline baselineOf(const Report &Report);

/// The whole file, sorted, each finding once.
std::string baselineText(Baseline Entries);

/// Takes the findings that \p Known names out of \p Report. Baselined counts
/// those from \p Least on, Matched keeps the fingerprints of all.
void applyBaseline(Report &Report, const Baseline &Known, Confidence Least);

/// The entries that applyBaseline() found nothing for, although it would have:
/// their rule is one of \p Rules, and \p Report has read their file or there
/// is none.
Baseline goneFrom(const Report &Report, const Baseline &Known,
                  llvm::ArrayRef<std::string_view> Rules);

} // namespace ungil

#endif
