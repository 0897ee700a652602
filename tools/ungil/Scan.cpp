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
#include "Support/Output.h"
#include "Support/Version.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Process.h"
#include <CLI/CLI.hpp>
#include <memory>

using namespace ungil;

namespace {

constexpr int StandardOutput = 1, StandardError = 2;

struct ScanOptions {
  ScanRequest Request;
  std::vector<std::string> Select, Ignore, ApiFiles;
  std::string Output = "-", Format = "full", Color = "auto";
  std::string MinConfidence = "medium", FailOn = "medium", Objects = "shared";
  bool ExitZero = false, Statistics = false, Strict = false;
  std::string Fix, ExportFixes, TargetPython;
  bool Diff = false, NoVerify = false, Compat = false;
  std::string CacheDir;
  bool NoCache = false;

  bool wantsEdits() const { return !Fix.empty() || Diff; }
  Applicability leastFix() const {
    return Fix == "suggested" ? Applicability::Suggested : Applicability::Safe;
  }
};

llvm::Error readApi(const std::vector<std::string> &Files, Api &Known) {
  for (const std::string &File : Files) {
    auto Buffer = llvm::MemoryBuffer::getFile(File);
    if (!Buffer)
      return llvm::createStringError(Buffer.getError(), "cannot read '%s': %s",
                                     File.c_str(),
                                     Buffer.getError().message().c_str());
    if (llvm::Error Bad =
            Known.extend(std::string_view((*Buffer)->getBuffer()), File))
      return Bad;
  }
  return llvm::Error::success();
}

llvm::Expected<AnalyseOptions> analyseOptions(const ScanOptions &Options) {
  AnalyseOptions Result;
  auto Selected = selectRules(Options.Select, Options.Ignore);
  if (!Selected)
    return Selected.takeError();
  Result.Selected = std::move(*Selected);
  Result.Enabled = llvm::cantFail(selectRules({}, Options.Ignore));
  Result.Least = *parseConfidence(Options.MinConfidence);
  Result.Objects = llvm::StringSwitch<ObjectContract>(Options.Objects)
                       .Case("external-sync", ObjectContract::ExternalSync)
                       .Case("immutable", ObjectContract::Immutable)
                       .Default(ObjectContract::Shared);
  Result.Fixes.Target = parsePyVersion(Options.TargetPython);
  Result.Fixes.Compat = Options.Compat;
  return Result;
}

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
  if (C.Parsed < C.Files || (Options.Strict && C.WithErrors != 0))
    return ExitIncomplete;
  if (Options.ExitZero || Options.FailOn == "never")
    return ExitClean;
  Confidence Least = *parseConfidence(Options.FailOn);
  return llvm::any_of(Report.Findings,
                      [&](const Finding &F) { return F.Conf >= Least; })
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
  auto Analyse = analyseOptions(Options);
  if (!Analyse)
    return fail(Analyse.takeError());
  Timings Times;
  Api Extended;
  const Api *Known = &Api::builtin();
  if (!Options.ApiFiles.empty()) {
    Extended = *Known;
    if (llvm::Error Bad = readApi(Options.ApiFiles, Extended))
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
  SourceCache Sources;
  std::vector<UnitResult> Kept;
  if (Options.wantsEdits())
    Kept = Units;
  Report Report =
      analyse(*Plan, std::move(Units), *Known, *Analyse, Sources, Times);
  if (!Options.ExportFixes.empty())
    if (llvm::Error Failed =
            exportFixes(Report, Options.leastFix(), Options.ExportFixes))
      return fail(std::move(Failed));
  if (Options.wantsEdits())
    return fixAndPrint(*Plan, std::move(Kept), std::move(Report), *Known,
                       *Analyse, Options, Sources, Times);
  return print(Report, Options, Sources, Times);
}

void addRuleOptions(CLI::App &Command, ScanOptions &Options) {
  constexpr const char *Group = "What is reported";
  for (auto [Name, List, Text] :
       {std::tuple("--select", &Options.Select, "Report these rules only"),
        std::tuple("--ignore", &Options.Ignore, "Do not run these rules")})
    Command
        .add_option(Name, *List,
                    std::string(Text) + "; separated by commas, repeatable")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->group(Group);
  Command
      .add_option("--min-confidence", Options.MinConfidence,
                  "low, medium or high")
      ->check(CLI::IsMember({"low", "medium", "high"}))
      ->capture_default_str()
      ->group(Group);
  Command
      .add_option("--objects", Options.Objects,
                  "What the extension promises: shared (threads may share an "
                  "object), external-sync (they synchronise; only what "
                  "corrupts memory is reported), immutable (any change after "
                  "construction is)")
      ->check(CLI::IsMember({"shared", "external-sync", "immutable"}))
      ->capture_default_str()
      ->group(Group);
  Command
      .add_option("--api", Options.ApiFiles,
                  "JSON about functions of the project (locks, allocators, "
                  "borrowed references); repeatable")
      ->allow_extra_args(false)
      ->group(Group);
}

void addOutputOptions(CLI::App &Command, ScanOptions &Options) {
  constexpr const char *Group = "Output";
  Command
      .add_option("--format", Options.Format, "full, concise, json or sarif")
      ->check(CLI::IsMember({"full", "concise", "json", "sarif"}))
      ->capture_default_str()
      ->group(Group);
  Command.add_option("-o,--output", Options.Output, "File to write")
      ->group(Group);
  Command
      .add_option("--color", Options.Color,
                  "auto, always or never; auto honours NO_COLOR")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str()
      ->group(Group);
  Command
      .add_flag("--statistics", Options.Statistics,
                "Print counts and times on standard error")
      ->group(Group);
}

void addFixOptions(CLI::App &Command, ScanOptions &Options) {
  constexpr const char *Group = "Fixes";
  Command
      .add_flag("--fix{safe}", Options.Fix,
                "Edit the files; --fix=suggested also makes the edits that "
                "add locks or change how errors are reported")
      ->check(CLI::IsMember({"safe", "suggested"}))
      ->group(Group);
  Command
      .add_flag("--diff", Options.Diff,
                "Print what --fix would change, write nothing")
      ->group(Group);
  Command
      .add_option("--export-fixes", Options.ExportFixes,
                  "Write the fixes as YAML for clang-apply-replacements")
      ->group(Group);
  Command
      .add_flag("--no-verify", Options.NoVerify,
                "Do not parse and analyse edited files again")
      ->group(Group);
  Command
      .add_option("--target-python", Options.TargetPython,
                  "Oldest Python that edited code must build with, as 3.9 "
                  "(default: that of the headers)")
      ->check(CLI::Validator(
          [](std::string &Text) {
            return parsePyVersion(Text) ? std::string()
                                        : "'" + Text + "' is no version";
          },
          "VERSION"))
      ->group(Group);
  Command
      .add_flag("--compat", Options.Compat,
                "Edits may include pythoncapi_compat.h for what the target "
                "lacks")
      ->group(Group);
}

void addCacheOptions(CLI::App &Command, ScanOptions &Options) {
  constexpr const char *Group = "Cache";
  Command
      .add_option("--cache-dir", Options.CacheDir,
                  "Folder of facts kept between scans (default: .ungil_cache "
                  "at the top of a git checkout, else below XDG_CACHE_HOME)")
      ->envname("UNGIL_CACHE_DIR")
      ->group(Group);
  Command
      .add_flag("--no-cache", Options.NoCache,
                "Parse every file, and keep nothing")
      ->envname("UNGIL_NO_CACHE")
      ->group(Group);
}

void addExitOptions(CLI::App &Command, ScanOptions &Options) {
  constexpr const char *Group = "Exit code";
  Command
      .add_option("--fail-on", Options.FailOn,
                  "Exit 1 when a finding of this confidence or higher is "
                  "reported: low, medium, high or never")
      ->check(CLI::IsMember({"low", "medium", "high", "never"}))
      ->capture_default_str()
      ->group(Group);
  Command.add_flag("--exit-zero", Options.ExitZero, "Never exit 1")
      ->group(Group);
  Command
      .add_flag("--strict", Options.Strict, "Exit 3 when any file had errors")
      ->group(Group);
}

} // namespace

void ungil::addScan(CLI::App &App, int &Exit) {
  auto Options = std::make_shared<ScanOptions>();
  CLI::App *Command =
      App.add_subcommand("scan", "Analyse an extension and print findings");
  addPlanOptions(*Command, Options->Request);
  addRuleOptions(*Command, *Options);
  addOutputOptions(*Command, *Options);
  addFixOptions(*Command, *Options);
  addCacheOptions(*Command, *Options);
  addExitOptions(*Command, *Options);
  Command->callback([Options, &Exit] { Exit = scan(*Options); });
}
