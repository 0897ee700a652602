//===- KnownFindings.h - baselines written and tended -----------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a scan does to the file of known findings (Report/Baseline.h), beside
// leaving them out of its report.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_TOOL_KNOWNFINDINGS_H
#define UNGIL_TOOL_KNOWNFINDINGS_H

#include "Analyse.h"
#include "Report/Finding.h"
#include "ScanOptions.h"
#include "llvm/Support/Error.h"
#include <string>

namespace ungil {

/// Writes the findings of \p All, which are known from then on.
llvm::Error writeBaseline(Report &All, const std::string &Path);

/// Says what is gone of the baseline, or takes it out.
llvm::Error tendBaseline(Report &All, const ScanOptions &Options,
                         const AnalyseOptions &Analyse);

} // namespace ungil

#endif
