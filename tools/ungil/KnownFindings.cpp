//===- KnownFindings.cpp - baselines written and tended ------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KnownFindings.h"
#include "Report/Baseline.h"
#include "Support/Output.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"
#include <iterator>
#include <set>
#include <string_view>
#include <utility>

using namespace ungil;

llvm::Error ungil::writeBaseline(Report &All, const std::string &Path) {
  Baseline Known = baselineOf(All);
  applyBaseline(All, Known, Confidence::Low);
  if (Path != "-")
    All.Remarks.push_back(
        {Severity::Note, Path,
         std::to_string(Known.size()) +
             (Known.size() == 1 ? " finding" : " findings") +
             " written; --baseline, or the key 'baseline' of the "
             "configuration, hides them from now on"});
  return writeOutput(Path, [&](llvm::raw_ostream &Out) {
    Out << baselineText(std::move(Known));
  });
}

llvm::Error ungil::tendBaseline(Report &All, const ScanOptions &Options,
                                const AnalyseOptions &Analyse) {
  std::string Path = Options.All.text(Option::Baseline);
  bool Whole =
      All.Cover.Parsed == All.Cover.Files && Options.Request.Only.empty();
  auto Problem = [&](const char *What) {
    return llvm::createStringError(llvm::inconvertibleErrorCode(),
                                   "--prune-baseline: %s", What);
  };
  if (Options.PruneBaseline && Path.empty())
    return Problem("name the baseline (--baseline FILE, or the key 'baseline' "
                   "of the configuration)");
  if (Options.PruneBaseline && Analyse.ShowSuppressed)
    return Problem("with show-suppressed the baseline is not looked at");
  if (Options.PruneBaseline && !Whole)
    return Problem("not every file was read, so nobody knows what is gone");
  if (Path.empty() || Analyse.ShowSuppressed || !Whole)
    return llvm::Error::success();
  std::vector<std::string_view> Rules;
  for (const RuleInfo *Rule : Analyse.Selected)
    Rules.push_back(Rule->Id);
  Baseline Gone = goneFrom(All, Analyse.Known, Rules);
  if (Gone.empty())
    return llvm::Error::success();
  bool One = Gone.size() == 1;
  std::string Count =
      std::to_string(Gone.size()) + (One ? " entry" : " entries");
  if (!Options.PruneBaseline) {
    All.Remarks.push_back({Severity::Note, Path,
                           Count + (One ? " is" : " are") +
                               " gone; --prune-baseline takes " +
                               (One ? "it" : "them") + " out"});
    return llvm::Error::success();
  }
  std::set<std::string_view> Dead;
  for (const BaselineEntry &E : Gone)
    Dead.insert(E.Fingerprint);
  Baseline Left;
  llvm::copy_if(
      Analyse.Known, std::back_inserter(Left),
      [&](const BaselineEntry &E) { return !Dead.count(E.Fingerprint); });
  All.Remarks.push_back({Severity::Note, Path, Count + " taken out"});
  return writeOutput(Path, [&](llvm::raw_ostream &Out) {
    Out << baselineText(std::move(Left));
  });
}
