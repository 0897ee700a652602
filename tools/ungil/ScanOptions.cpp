//===- ScanOptions.cpp - what ungil scan is asked -------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ScanOptions.h"
#include "PlanOptions.h"
#include "Report/Names.h"
#include "Report/Output.h"
#include "Rules/FromSettings.h"
#include "Support/Input.h"
#include "Suppressing.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include <CLI/CLI.hpp>

using namespace ungil;

namespace {

void addOutputOptions(CLI::App &Command, ScanOptions &Options) {
  constexpr const char *Group = "Output";
  Command
      .add_option("--format", Options.Format,
                  llvm::join(formatNames(), ", ") +
                      " (docs/ci.md says what for)")
      ->check(CLI::IsMember(
          std::vector<std::string>(formatNames().begin(), formatNames().end())))
      ->capture_default_str()
      ->group(Group);
  Command.add_option("-o,--output", Options.Output, "File to write")
      ->type_name("FILE")
      ->group(Group);
  Command
      .add_option("--color", Options.Color,
                  "auto, always or never; auto honours NO_COLOR")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str()
      ->group(Group);
  Command
      .add_option("--security-severity", Options.SecuritySeverity,
                  "In SARIF, call findings security alerts of this severity, "
                  "0.1 to 10")
      ->check(CLI::Range(0.1, 10.0))
      ->group(Group);
  Command
      .add_flag("--statistics", Options.Statistics,
                "Print counts and times on standard error")
      ->group(Group);
}

void addFixOptions(CLI::App &Command, ScanOptions &Options) {
  const std::string Group(title(OptionGroup::Fixes));
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
      ->type_name("FILE")
      ->group(Group);
  Command
      .add_flag("--no-verify", Options.NoVerify,
                "Do not parse and analyse edited files again")
      ->group(Group);
  addOptionGroup(Command, Options.Config, OptionGroup::Fixes);
}

constexpr const char *KnownGroup = "Known findings";

void addBaselineOptions(CLI::App &Command, ScanOptions &Options) {
  CLI::Option *Write =
      Command
          .add_option("--write-baseline", Options.WriteBaseline,
                      "Write the findings to this file and report none")
          ->type_name("FILE")
          ->group(KnownGroup);
  Command
      .add_flag("--prune-baseline", Options.PruneBaseline,
                "Take out of the baseline what is gone")
      ->excludes(Write)
      ->group(KnownGroup);
}

void addKnownOptions(CLI::App &Command, ScanOptions &Options) {
  addBaselineOptions(Command, Options);
  CLI::Option *Write = Command.get_option("--write-baseline");
  CLI::Option *Base =
      Command
          .add_option("--diff-base", Options.DiffBase,
                      "Report what the change since this git revision brings "
                      "or touches")
          ->type_name("REV")
          ->excludes(Write)
          ->group(KnownGroup);
  CLI::Option *Add =
      Command
          .add_flag("--add-suppressions", Options.AddSuppressions,
                    "Write a comment for every finding that is reported; with "
                    "--diff print what would change")
          ->excludes(Write)
          ->group(KnownGroup);
  Add->needs(Command
                 .add_option("--reason", Options.Reason,
                             "Why the findings are harmless")
                 ->check(CLI::Validator(problemWithReason, ""))
                 ->needs(Add)
                 ->group(KnownGroup));
  for (const char *Fix : {"--fix", "--export-fixes"}) {
    Command.get_option(Fix)->excludes(Base);
    Command.get_option(Fix)->excludes(Add);
  }
}

void addExitOptions(CLI::App &Command, ScanOptions &Options) {
  addOptionGroup(Command, Options.Config, OptionGroup::Exit);
  Command.add_flag("--exit-zero", Options.ExitZero, "Never exit 1")
      ->group(std::string(title(OptionGroup::Exit)));
}

/// All rules where the list has the word for them.
std::vector<std::string> expanded(std::vector<std::string> Rules) {
  if (!llvm::is_contained(Rules, AllRules))
    return Rules;
  Rules.clear();
  for (std::string_view Id : ruleIds())
    Rules.emplace_back(Id);
  return Rules;
}

/// The text of \p Path, read by \p Parse.
template <class Parser>
auto readFile(const std::string &Path, Parser Parse)
    -> decltype(Parse(std::string_view(), Path)) {
  auto Buffer = readInput(Path);
  if (!Buffer)
    return Buffer.takeError();
  return Parse(std::string_view((*Buffer)->getBuffer()), Path);
}

} // namespace

void ungil::addCacheOptions(CLI::App &Command, ScanOptions &Options) {
  constexpr const char *Group = "Cache";
  Command
      .add_option("--cache-dir", Options.CacheDir,
                  "Folder of facts kept between scans (default: .ungil_cache "
                  "at the top of a git checkout, else below XDG_CACHE_HOME)")
      ->type_name("FOLDER")
      ->envname("UNGIL_CACHE_DIR")
      ->group(Group);
  Command
      .add_flag("--no-cache", Options.NoCache,
                "Parse every file, and keep nothing")
      ->envname("UNGIL_NO_CACHE")
      ->group(Group);
}

void ungil::addScanOptions(CLI::App &Command, ScanOptions &Options) {
  addPlanOptions(Command, Options.Request, Options.Config);
  Command
      .add_flag("--show-config", Options.ShowConfig,
                "Print every option with its value and who set it, and stop")
      ->group("Configuration");
  addOptionGroup(Command, Options.Config, OptionGroup::Reported);
  addOutputOptions(Command, Options);
  addFixOptions(Command, Options);
  addKnownOptions(Command, Options);
  addCacheOptions(Command, Options);
  addExitOptions(Command, Options);
}

void ungil::addReportOptions(CLI::App &Command, ScanOptions &Options) {
  addConfigChoice(Command, Options.Config);
  addOptionGroup(Command, Options.Config, OptionGroup::Reported);
  addOutputOptions(Command, Options);
  addOptionGroup(Command, Options.Config, OptionGroup::Fixes);
  addBaselineOptions(Command, Options);
  addExitOptions(Command, Options);
}

llvm::Expected<AnalyseOptions> ungil::analyseOptions(const Settings &All) {
  std::vector<std::string> Select = expanded(All.list(Option::Select)),
                           Ignore = expanded(All.list(Option::Ignore));
  AnalyseOptions Result;
  // Names and words were checked when they were read.
  Result.Selected = llvm::cantFail(selectRules(Select, Ignore));
  Result.Enabled = llvm::cantFail(selectRules({}, Ignore));
  Result.Least = *parseConfidence(All.text(Option::MinConfidence));
  Result.Objects = objectContract(All);
  Result.Fixes = fixOptions(All);
  for (const std::string &Item : All.list(Option::PerFileIgnores)) {
    PatternRule One = splitPatternRule(Item);
    if (const RuleInfo *Rule = findRule(One.Rule)) // spelt either way
      One.Rule = Rule->Id;
    Result.PerFileIgnores.push_back(std::move(One));
  }
  Result.Exclude = All.list(Option::Exclude);
  Result.NeedReasons = All.flag(Option::Strict);
  Result.ShowSuppressed = All.flag(Option::ShowSuppressed);
  for (const std::string &Path : All.list(Option::Reviewed)) {
    auto List = readFile(Path, parseReviewed);
    if (!List)
      return List.takeError();
    Result.Reviewed.push_back(std::move(*List));
  }
  if (std::string Path = All.text(Option::Baseline); !Path.empty()) {
    auto Known = readFile(Path, parseBaseline);
    if (!Known)
      return Known.takeError();
    Result.Known = std::move(*Known);
  }
  return Result;
}
