//===- DiffBase.h - what a change brings ------------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   revision ── git ──► old text, changed lines ── parse, analyse ──► Change
//
// The plan of a scan with the text that its files had in an older revision:
// units that may read a changed file are parsed again, the others are as they
// are.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_TOOL_DIFFBASE_H
#define UNGIL_TOOL_DIFFBASE_H

#include "Analyse.h"
#include "Report/Changes.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace ungil {

/// What changed in the work tree since the last commit that it shares with
/// \p Revision. \p Units are those of the files as they are.
llvm::Expected<Change> changeSince(const std::string &Revision,
                                   const ScanPlan &Plan,
                                   const std::vector<UnitResult> &Units,
                                   const Api &Known, AnalyseOptions Options,
                                   Timings &Times);

} // namespace ungil

#endif
