//===- Verdict.h - can the extension do without the GIL? --------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One word for a whole report, and the clauses it rests on (docs/audit.md):
//
//   not-ready         a finding of at least medium confidence is open
//   unknown           none is, but code was not read
//   ready-with-notes  none is, all was read, and there is something to look
//                     at: findings of low confidence, answers to findings,
//                     files with errors, rules that were not asked for
//   ready             none of that
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_REPORT_VERDICT_H
#define UNGIL_REPORT_VERDICT_H

#include "Report/Finding.h"
#include <string>
#include <string_view>

namespace ungil {

/// Fills Verdict and Because of \p Report, of which nothing has been taken out
/// for its confidence or for a baseline.
void judge(Report &Report);

/// The verdict of \p Report and what it rests on, in one sentence without its
/// end: `not ready: 3 findings of medium or high confidence`. \p Bold goes
/// around the verdict.
std::string verdictText(const Report &Report, std::string_view Bold = {});

/// `3 files`, `1 file`.
std::string countOf(size_t N, std::string_view What);

} // namespace ungil

#endif
