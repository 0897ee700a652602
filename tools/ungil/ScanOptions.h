//===- ScanOptions.h - what ungil scan is asked -----------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The options of one scan: those of one run here, those that a project sets
// once in All (Config/Options.h).
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_TOOL_SCANOPTIONS_H
#define UNGIL_TOOL_SCANOPTIONS_H

#include "Analyse.h"
#include "ConfigOptions.h"
#include "Driver/Driver.h"
#include "llvm/Support/Error.h"
#include <string>

namespace ungil {

struct ScanOptions {
  ScanRequest Request;
  ConfigArgs Config;
  Settings All; ///< what file and command line come to
  bool ShowConfig = false;
  std::string Output = "-", Format = "full", Color = "auto";
  std::string SecuritySeverity;
  bool ExitZero = false, Statistics = false;
  std::string Fix, ExportFixes;
  bool Diff = false, NoVerify = false;
  std::string WriteBaseline, DiffBase, Reason;
  bool PruneBaseline = false, AddSuppressions = false;
  std::string CacheDir;
  bool NoCache = false;

  bool wantsEdits() const { return !Fix.empty() || Diff; }
  Applicability leastFix() const {
    return Fix == "suggested" ? Applicability::Suggested : Applicability::Safe;
  }
};

void addScanOptions(CLI::App &Command, ScanOptions &Options);
void addCacheOptions(CLI::App &Command, ScanOptions &Options);
/// What to report of facts that are there already, and how.
void addReportOptions(CLI::App &Command, ScanOptions &Options);

/// The part of \p All that analyse() wants. Reads the lists and the baseline
/// it names.
llvm::Expected<AnalyseOptions> analyseOptions(const Settings &All);

} // namespace ungil

#endif
