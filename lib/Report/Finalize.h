//===- Finalize.h - a report in its final order -----------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Rules hand over findings in any order. finalize() makes the report the same
// whatever the order and number of jobs: sorted, without duplicates, each
// finding with a fingerprint, and with a verdict.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_REPORT_FINALIZE_H
#define UNGIL_REPORT_FINALIZE_H

#include "Report/Finding.h"
#include "Support/SourceCache.h"

namespace ungil {

/// Sorts by file, offset and rule; drops duplicates, keeping the more
/// confident one; fills Fingerprint where it is empty, Sites' Reported, and
/// Verdict. May be called again after findings were added or removed.
///
/// A fingerprint depends on the rule, entity, function and text of the line,
/// and on the number of like findings before it, so that it survives edits
/// elsewhere in the file. It holds no line number and no path.
void finalize(Report &Report, SourceCache &Sources);
void finalize(Report &Report);

/// Removes findings below \p Least. After finalize(): the verdict and the
/// fingerprints speak of all findings.
void dropBelow(Report &Report, Confidence Least);

} // namespace ungil

#endif
