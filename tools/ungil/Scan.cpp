//===- Scan.cpp - ungil scan ----------------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Analyse.h"
#include "Commands.h"
#include "DiffBase.h"
#include "Fix/Apply.h"
#include "Fixing.h"
#include "PlanOptions.h"
#include "Report/Baseline.h"
#include "Report/Names.h"
#include "Report/Output.h"
#include "ScanOptions.h"
#include "Support/Output.h"
#include "Support/Version.h"
#include "Suppressing.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"
#include <CLI/CLI.hpp>
#include <cstdlib>
#include <map>
#include <memory>
#include <set>

using namespace ungil;

namespace {

constexpr int StandardOutput = 1, StandardError = 2;

/// What to say when there is nothing to scan.
std::string nothingToScan(const ScanPlan &Plan, const ScanRequest &Request) {
  std::string Where = Request.Paths.size() == 1
                          ? "'" + Request.Paths.front() + "'"
                          : std::string("the paths given");
  if (Plan.Out.empty())
    return "no C or C++ source in " + Where;
  return "no source in " + Where + " reaches Python.h (" +
         std::to_string(Plan.Out.size()) +
         " left out; `ungil doctor` says why)";
}

int exitCode(const Report &Report, const ScanOptions &Options) {
  const Coverage &C = Report.Cover;
  bool Strict = Options.All.flag(Option::Strict);
  if (C.Parsed < C.Files || (Strict && C.WithErrors != 0))
    return ExitIncomplete;
  // Not a confidence: never.
  auto Least = parseConfidence(Options.All.text(Option::FailOn));
  if (Options.ExitZero || !Least)
    return ExitClean;
  return llvm::any_of(Report.Findings,
                      [&](const Finding &F) { return F.Conf >= *Least; })
             ? ExitFindings
             : ExitClean;
}

/// GitHub shows a few annotations for a step; the summary of the job holds all
/// findings.
void addToJobSummary(const Report &Report) {
  const char *Path = std::getenv("GITHUB_STEP_SUMMARY");
  if (!Path || !*Path)
    return;
  std::error_code Code;
  llvm::raw_fd_ostream Out(Path, Code, llvm::sys::fs::OF_Append);
  if (!Code) {
    writeMarkdown(Report, Out);
    Out.flush();
    Code = Out.error();
    Out.clear_error();
  }
  if (Code)
    llvm::errs() << "ungil: cannot write the summary of the job, '" << Path
                 << "': " << Code.message() << '\n';
}

/// Prints everything; returns the exit code.
int print(const Report &Report, const ScanOptions &Options,
          SourceCache &Sources, Timings &Times) {
  OutputOptions Out;
  Out.Format = *parseFormat(Options.Format);
  bool ToTerminal = Options.Output == "-";
  Out.Color = Options.Color == "always" ||
              (ToTerminal && wantsColor(Options.Color, StandardOutput));
  Out.Version = version();
  Out.Rules = allRules();
  Out.SecuritySeverity = Options.SecuritySeverity;
  Out.ExitCode = exitCode(Report, Options);
  Out.Complete = Out.ExitCode != ExitIncomplete;
  {
    StepTimer Timer(Times, "output");
    if (llvm::Error Failed =
            writeOutput(Options.Output, [&](llvm::raw_ostream &Stream) {
              write(Report, Out, Sources, Stream);
            }))
      return fail(std::move(Failed));
  }
  if (Out.Format == OutputFormat::Github)
    addToJobSummary(Report);
  sayRemarks(Report.Remarks, Report.Root);
  if (Options.Statistics)
    writeStatistics(Report, Times, llvm::errs());
  if (Out.Format == OutputFormat::Full || Out.Format == OutputFormat::Concise)
    llvm::errs() << summary(Report) << '\n';
  return Out.ExitCode;
}

std::string countOf(size_t N, const std::string &What, const char *Many) {
  return std::to_string(N) + " " + What + (N == 1 ? "" : Many);
}

/// Prints what turns the files of \p Sources into \p Edited.
llvm::Error printDiffs(const std::map<std::string, std::string> &Edited,
                       const std::string &Root, const ScanOptions &Options,
                       SourceCache &Sources) {
  return writeOutput(Options.Output, [&](llvm::raw_ostream &Out) {
    for (const auto &[Path, Text] : Edited)
      fix::printDiff(relativeTo(Root, Path), Sources.get(Path).text(), Text,
                     Out);
  });
}

/// Makes the fixes, then prints the difference, or writes the files and prints
/// what is left to find.
int fixAndPrint(const ScanPlan &Plan, std::vector<UnitResult> Units,
                Report First, const Api &Known, const AnalyseOptions &Analyse,
                const ScanOptions &Options, SourceCache &Sources,
                Timings &Times) {
  FixOutcome Done =
      makeFixes(Plan, std::move(Units), std::move(First), Known, Analyse,
                {Options.leastFix(), !Options.NoVerify}, Times);
  llvm::append_range(Done.Final.Remarks, Done.Withdrawn);
  if (Options.Diff) {
    if (llvm::Error Failed =
            printDiffs(Done.Edited, Plan.Root, Options, Sources))
      return fail(std::move(Failed));
    sayRemarks(Done.Final.Remarks, Plan.Root);
    llvm::errs() << countOf(Done.Made.size(), "fix", "es") << " for "
                 << countOf(Done.Edited.size(), "file", "s")
                 << "; nothing was written\n";
    return Done.Made.empty() || Options.ExitZero ? ExitClean : ExitFindings;
  }
  std::vector<Remark> Problems = writeFixes(Done, Sources);
  llvm::append_range(Done.Final.Remarks, Problems);
  SourceCache After;
  int Exit = print(Done.Final, Options, After, Times);
  llvm::errs() << countOf(Done.Made.size(), "fix", "es") << " made in "
               << countOf(Done.Edited.size() - Problems.size(), "file", "s")
               << '\n';
  return Problems.empty() ? Exit : ExitError;
}

/// Writes a suppression for each finding, then prints what is left.
int suppressAndPrint(Report All, const ScanOptions &Options,
                     SourceCache &Sources, Timings &Times) {
  Suppressing Done = suppressAll(All, Options.Reason, Sources);
  std::string Count = countOf(Done.Added, "suppression", "s") + " for " +
                      countOf(Done.Edited.size(), "file", "s");
  if (Options.Diff) {
    if (llvm::Error Failed =
            printDiffs(Done.Edited, All.Root, Options, Sources))
      return fail(std::move(Failed));
    llvm::errs() << Count << "; nothing was written\n";
    return Done.Added == 0 || Options.ExitZero ? ExitClean : ExitFindings;
  }
  FixOutcome Writing;
  Writing.Edited = std::move(Done.Edited);
  std::vector<Remark> Problems = writeFixes(Writing, Sources);
  llvm::append_range(All.Remarks, Problems);
  All.Findings = std::move(Done.Left);
  int Exit = print(All, Options, Sources, Times);
  llvm::errs() << Count << '\n';
  return Problems.empty() ? Exit : ExitError;
}

/// Writes the findings of \p All, which are known from then on.
llvm::Error writeBaseline(Report &All, const std::string &Path) {
  Baseline Known = baselineOf(All);
  applyBaseline(All, Known, Confidence::Low);
  return writeOutput(Path, [&](llvm::raw_ostream &Out) {
    Out << baselineText(std::move(Known));
  });
}

/// Says what is gone of the baseline, or takes it out.
llvm::Error tendBaseline(Report &All, const ScanOptions &Options,
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

int scan(ScanOptions Options) {
  auto Config = configure(Options.Config, Options.Request.Paths);
  if (!Config)
    return fail(Config.takeError());
  Options.All = std::move(Config->All);
  if (Options.ShowConfig) {
    printSettings(Options.All, llvm::outs());
    return ExitClean;
  }
  applySettings(Options.All, Options.Request);
  if (!Options.WriteBaseline.empty()) // all findings, known or not
    Options.All.set(Option::Baseline, {}, "--write-baseline");
  auto Analyse = analyseOptions(Options.All);
  if (!Analyse)
    return fail(Analyse.takeError());
  Timings Times;
  Api Extended;
  const Api *Known = &Api::builtin();
  if (auto Files = Options.All.list(Option::Api); !Files.empty()) {
    Extended = *Known;
    for (const std::string &File : Files)
      if (llvm::Error Bad = Extended.extendFromFile(File))
        return fail(std::move(Bad));
    Known = &Extended;
  }

  Options.Request.Progress =
      llvm::sys::Process::FileDescriptorIsDisplayed(StandardError);
  llvm::Expected<ScanPlan> Plan = [&] {
    StepTimer Timer(Times, "plan");
    return plan(Options.Request);
  }();
  if (!Plan)
    return fail(Plan.takeError());
  // Files picked one by one (pre-commit) may well have nothing to do with
  // Python; a whole tree without any is a mistake.
  if (Plan->Units.empty() && Options.Request.Only.empty()) {
    sayRemarks(Plan->Remarks, Plan->Root);
    return fail(nothingToScan(*Plan, Options.Request));
  }

  if (!Options.NoCache)
    Plan->CacheDir = cacheFolder(Options.CacheDir, Plan->Root);
  std::vector<UnitResult> Units = [&] {
    StepTimer Timer(Times, "parse");
    return parse(*Plan);
  }();
  if (!Options.DiffBase.empty()) {
    auto Since =
        changeSince(Options.DiffBase, *Plan, Units, *Known, *Analyse, Times);
    if (!Since)
      return fail(Since.takeError());
    Analyse->Since = std::move(*Since);
  }
  SourceCache Sources;
  std::vector<UnitResult> Kept;
  if (Options.wantsEdits())
    Kept = Units;
  Report Report =
      analyse(*Plan, std::move(Units), *Known, *Analyse, Sources, Times);
  if (!Options.WriteBaseline.empty())
    if (llvm::Error Failed = writeBaseline(Report, Options.WriteBaseline))
      return fail(std::move(Failed));
  if (llvm::Error Failed = tendBaseline(Report, Options, *Analyse))
    return fail(std::move(Failed));
  if (Options.AddSuppressions)
    return suppressAndPrint(std::move(Report), Options, Sources, Times);
  if (!Options.ExportFixes.empty())
    if (llvm::Error Failed =
            exportFixes(Report, Options.leastFix(), Options.ExportFixes))
      return fail(std::move(Failed));
  if (Options.wantsEdits())
    return fixAndPrint(*Plan, std::move(Kept), std::move(Report), *Known,
                       *Analyse, Options, Sources, Times);
  return print(Report, Options, Sources, Times);
}

} // namespace

void ungil::addScan(CLI::App &App, int &Exit) {
  auto Options = std::make_shared<ScanOptions>();
  CLI::App *Command =
      App.add_subcommand("scan", "Analyse an extension and print findings");
  addScanOptions(*Command, *Options);
  Command->callback([Options, &Exit] { Exit = scan(*Options); });
}
