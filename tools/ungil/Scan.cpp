//===- Scan.cpp - ungil scan ----------------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Analyse.h"
#include "Commands.h"
#include "Fix/Apply.h"
#include "Fixing.h"
#include "PlanOptions.h"
#include "Report/Names.h"
#include "Report/Output.h"
#include "ScanOptions.h"
#include "Support/Output.h"
#include "Support/Version.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Process.h"
#include <CLI/CLI.hpp>
#include <memory>

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
            writeOutput(Options.Output, [&](llvm::raw_ostream &Out) {
              for (const auto &[Path, Text] : Done.Edited)
                fix::printDiff(relativeTo(Plan.Root, Path),
                               Sources.get(Path).text(), Text, Out);
            }))
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
  const AnalyseOptions Analyse = analyseOptions(Options.All);
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

  std::vector<UnitResult> Units = [&] {
    StepTimer Timer(Times, "parse");
    return parse(*Plan);
  }();
  SourceCache Sources;
  std::vector<UnitResult> Kept;
  if (Options.wantsEdits())
    Kept = Units;
  Report Report =
      analyse(*Plan, std::move(Units), *Known, Analyse, Sources, Times);
  if (!Options.ExportFixes.empty())
    if (llvm::Error Failed =
            exportFixes(Report, Options.leastFix(), Options.ExportFixes))
      return fail(std::move(Failed));
  if (Options.wantsEdits())
    return fixAndPrint(*Plan, std::move(Kept), std::move(Report), *Known,
                       Analyse, Options, Sources, Times);
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
