//===- Reporting.cpp - what a command says of facts ----------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Reporting.h"
#include "Commands.h"
#include "DiffBase.h"
#include "Fix/Apply.h"
#include "Fixing.h"
#include "KnownFindings.h"
#include "Report/Names.h"
#include "Report/Output.h"
#include "Support/Output.h"
#include "Support/Printable.h"
#include "Support/Version.h"
#include "Suppressing.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdlib>
#include <map>
#include <string>
#include <utility>

using namespace ungil;

namespace {

constexpr int StandardOutput = 1;

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
/// findings. What the step wrote before counts towards what it may write.
void addToJobSummary(const Report &Report) {
  const char *Path = std::getenv("GITHUB_STEP_SUMMARY");
  if (!Path || !*Path)
    return;
  uint64_t Before = 0;
  std::error_code Code = llvm::sys::fs::file_size(Path, Before);
  size_t Room =
      Code || Before > MaxJobSummary ? MaxJobSummary : MaxJobSummary - Before;
  llvm::raw_fd_ostream Out(Path, Code, llvm::sys::fs::OF_Append);
  if (!Code) {
    writeMarkdown(Report, Room, Out);
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
  if (Out.Format == OutputFormat::Full || Out.Format == OutputFormat::Concise ||
      Out.Format == OutputFormat::Html)
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
  bool ToTerminal =
      Options.Output == "-" && llvm::sys::Process::StandardOutIsDisplayed();
  return writeOutput(Options.Output, [&](llvm::raw_ostream &Out) {
    std::string Whole;
    llvm::raw_string_ostream Lines(Whole);
    for (const auto &[Path, Text] : Edited)
      fix::printDiff(relativeTo(Root, Path), Sources.get(Path).text(), Text,
                     Lines);
    // A file takes the sources as they are, a terminal would obey them.
    if (!ToTerminal)
      Out << Whole;
    for (llvm::StringRef Rest = Whole; ToTerminal && !Rest.empty();) {
      auto [Line, More] = Rest.split('\n');
      Out << printable(Line) << '\n';
      Rest = More;
    }
  });
}

/// Makes the fixes, then prints the difference, or writes the files and prints
/// what is left to find.
int fixAndPrint(Reading &Of, std::vector<UnitResult> Units, Report First,
                SourceCache &Sources) {
  const ScanOptions &Options = Of.Options;
  FixOutcome Done =
      makeFixes(Of.Plan, std::move(Units), std::move(First), Of.known(), Of.How,
                {Options.leastFix(), !Options.NoVerify}, Of.Times);
  llvm::append_range(Done.Final.Remarks, Done.Withdrawn);
  if (Options.Diff) {
    if (llvm::Error Failed =
            printDiffs(Done.Edited, Of.Plan.Root, Options, Sources))
      return fail(std::move(Failed));
    sayRemarks(Done.Final.Remarks, Of.Plan.Root);
    llvm::errs() << countOf(Done.Made.size(), "fix", "es") << " for "
                 << countOf(Done.Edited.size(), "file", "s")
                 << "; nothing was written\n";
    return Done.Made.empty() || Options.ExitZero ? ExitClean : ExitFindings;
  }
  std::vector<Remark> Problems = writeFixes(Done, Of.Plan.Root, Sources);
  llvm::append_range(Done.Final.Remarks, Problems);
  SourceCache After;
  int Exit = print(Done.Final, Options, After, Of.Times);
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
  std::vector<Remark> Problems = writeFixes(Writing, All.Root, Sources);
  llvm::append_range(All.Remarks, Problems);
  All.Findings = std::move(Done.Left);
  int Exit = print(All, Options, Sources, Times);
  llvm::errs() << Count << '\n';
  return Problems.empty() ? Exit : ExitError;
}

} // namespace

int ungil::reportOn(Reading Of) {
  const ScanOptions &Options = Of.Options;
  if (!Options.DiffBase.empty()) {
    auto Since = changeSince(Options.DiffBase, Of.Plan, Of.Units, Of.known(),
                             Of.How, Of.Times);
    if (!Since)
      return fail(Since.takeError());
    Of.How.Since = std::move(*Since);
  }
  SourceCache Sources;
  std::vector<UnitResult> Kept;
  if (Options.wantsEdits())
    Kept = Of.Units;
  Report All = analyse(Of.Plan, std::move(Of.Units), Of.known(), Of.How,
                       Sources, Of.Times);
  if (!Options.WriteBaseline.empty())
    if (llvm::Error Failed = writeBaseline(All, Options.WriteBaseline))
      return fail(std::move(Failed));
  if (llvm::Error Failed = tendBaseline(All, Options, Of.How))
    return fail(std::move(Failed));
  if (Options.AddSuppressions)
    return suppressAndPrint(std::move(All), Options, Sources, Of.Times);
  if (!Options.ExportFixes.empty())
    if (llvm::Error Failed =
            exportFixes(All, Options.leastFix(), Options.ExportFixes))
      return fail(std::move(Failed));
  if (Options.wantsEdits())
    return fixAndPrint(Of, std::move(Kept), std::move(All), Sources);
  return print(All, Options, Sources, Of.Times);
}
