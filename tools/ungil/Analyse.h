//===- Analyse.h - from facts to a report -----------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   UnitResult... ── analyse() ──► Report
//
// The part of a scan between parsing and printing: link the facts, run the
// rules, answer suppressions.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_TOOL_ANALYSE_H
#define UNGIL_TOOL_ANALYSE_H

#include "Api/Api.h"
#include "Config/Settings.h"
#include "Driver/Driver.h"
#include "Fix/Fix.h"
#include "Link/Program.h"
#include "Report/Baseline.h"
#include "Report/Changes.h"
#include "Report/Finding.h"
#include "Report/Output.h"
#include "Rules/Reviewed.h"
#include "Rules/Rules.h"
#include "Support/SourceCache.h"
#include <optional>
#include <string>
#include <vector>

namespace ungil {

struct AnalyseOptions {
  std::vector<const RuleInfo *> Selected; ///< findings of these are kept
  std::vector<const RuleInfo *> Enabled;  ///< all but the ignored ones
  Confidence Least = Confidence::Medium;
  ObjectContract Objects = ObjectContract::Shared;
  FixOptions Fixes;
  std::vector<PatternRule> PerFileIgnores;
  std::vector<std::string> Exclude; ///< patterns of files to keep silent about
  bool NeedReasons = false;         ///< suppressions without one do nothing
  bool ShowSuppressed = false;
  std::vector<ReviewedList> Reviewed;
  Baseline Known;              ///< findings to count and not to report
  std::optional<Change> Since; ///< report what this brings or touches
  bool PlanFixes = true;
  bool TakeInventory = false; ///< of the state that threads share
};

/// Links \p Units, which parse() made of \p Plan, and runs the rules. The
/// report is final; findings below Options.Least are gone. The time of each
/// step is added to \p Times.
Report analyse(const ScanPlan &Plan, std::vector<UnitResult> Units,
               const Api &Known, const AnalyseOptions &Options,
               SourceCache &Sources, Timings &Times);

/// Adds the time since it was made to \p Times when it goes out of scope.
class StepTimer {
public:
  StepTimer(Timings &Times, const char *Step);
  ~StepTimer();
  StepTimer(const StepTimer &) = delete;
  StepTimer &operator=(const StepTimer &) = delete;

private:
  Timings &Times;
  const char *Step;
  double Start;
};

} // namespace ungil

#endif
