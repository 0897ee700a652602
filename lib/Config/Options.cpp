//===- Options.cpp - what can be configured -------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Config/Options.h"
#include "Support/Nearest.h"
#include "Support/PathPattern.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"
#include <array>

using namespace ungil;

namespace {

using Word = std::string_view;

constexpr std::array<Word, 3> Profiles = {"default", "thorough", "audit"};
constexpr std::array<Word, 3> Confidences = {"low", "medium", "high"};
constexpr std::array<Word, 4> FailOns = {"low", "medium", "high", "never"};
constexpr std::array<Word, 3> Contracts = {"shared", "external-sync",
                                           "immutable"};

using Kind = OptionKind;
using Group = OptionGroup;

const OptionInfo Table[] = {
    {Option::Profile, "profile", "", Kind::Word, Group::Reported, false,
     "default", Profiles, "\"thorough\"",
     "A set of values for the other options, which each of them overrides: "
     "thorough shows findings of low confidence too; audit also those that "
     "suppressions and baselines hide, fails on any finding and is strict"},
    {Option::Select,
     "select",
     "",
     Kind::Rules,
     Group::Reported,
     false,
     "",
     {},
     "[\"shared-global\", \"lazy-init\"]",
     "Report these rules only (default: all)"},
    {Option::Ignore,
     "ignore",
     "",
     Kind::Rules,
     Group::Reported,
     false,
     "",
     {},
     "[\"module-gil-slot\"]",
     "Do not run these rules"},
    {Option::PerFileIgnores,
     "per-file-ignores",
     "",
     Kind::PatternRules,
     Group::Reported,
     false,
     "",
     {},
     "{\"src/legacy/*\" = [\"unsafe-libc\"]}",
     "Do not report these rules in files that match a pattern; on the command "
     "line PATTERN:RULE"},
    {Option::Exclude,
     "exclude",
     "",
     Kind::Patterns,
     Group::Analysed,
     false,
     "",
     {},
     "[\"third_party\", \"src/*_bench.c\"]",
     "Files and folders that are not analysed. A pattern without a slash "
     "matches a name anywhere, one with a slash a path; files named on the "
     "command line are analysed all the same"},
    {Option::MinConfidence, "min-confidence", "", Kind::Word, Group::Reported,
     true, "medium", Confidences, "\"high\"",
     "Report findings of this confidence and higher"},
    {Option::Objects, "objects", "", Kind::Word, Group::Reported, true,
     "shared", Contracts, "\"external-sync\"",
     "What the extension promises: shared (threads may share an object), "
     "external-sync (they synchronise; only what corrupts memory is "
     "reported), immutable (any change after construction is)"},
    {Option::Api,
     "api",
     "",
     Kind::Paths,
     Group::Reported,
     true,
     "",
     {},
     "[\"tools/ungil-api.json\"]",
     "JSON about functions of the project (locks, allocators, borrowed "
     "references)"},
    {Option::Reviewed,
     "reviewed",
     "",
     Kind::Paths,
     Group::Reported,
     false,
     "",
     {},
     "[\"tools/reviewed.tsv\"]",
     "Lists of reviewed variables: lines of file, function, variable and "
     "reason, separated by tabs; what they name is not reported"},
    {Option::Baseline,
     "baseline",
     "",
     Kind::Path,
     Group::Reported,
     false,
     "",
     {},
     "\"ungil-baseline.txt\"",
     "Findings that are known, as --write-baseline wrote them; they are "
     "counted and not reported"},
    {Option::ShowSuppressed,
     "show-suppressed",
     "",
     Kind::Flag,
     Group::Reported,
     false,
     "false",
     {},
     "true",
     "Report also what comments, reviewed lists and the baseline hide"},
    {Option::FailOn, "fail-on", "", Kind::Word, Group::Exit, false, "medium",
     FailOns, "\"high\"",
     "Exit 1 when a finding of this confidence or higher is reported; never "
     "turns that off"},
    {Option::Strict,
     "strict",
     "",
     Kind::Flag,
     Group::Exit,
     false,
     "false",
     {},
     "true",
     "Exit 3 when any file had errors; suppressions without a reason suppress "
     "nothing"},
    {Option::TargetPython,
     "target-python",
     "",
     Kind::Version,
     Group::Fixes,
     true,
     "",
     {},
     "\"3.9\"",
     "Oldest Python that edited code must build with (default: that of the "
     "headers)"},
    {Option::Compat,
     "compat",
     "",
     Kind::Flag,
     Group::Fixes,
     true,
     "false",
     {},
     "true",
     "Edits may include pythoncapi_compat.h for what the target lacks"},
    {Option::BuildDir,
     "build-dir",
     "-p",
     Kind::Path,
     Group::Analysed,
     false,
     "",
     {},
     "\"build\"",
     "Folder that holds compile_commands.json (default: the usual places)"},
    {Option::ExtraArgs,
     "extra-args",
     "--extra-arg",
     Kind::Texts,
     Group::Analysed,
     false,
     "",
     {},
     "[\"-DWITH_THREADS=1\"]",
     "Arguments added to every compile command"},
};

bool isVersion(llvm::StringRef Text) {
  unsigned Major = 0, Minor = 0;
  return !Text.consumeInteger(10, Major) && Text.consume_front(".") &&
         !Text.consumeInteger(10, Minor) && Text.empty();
}

std::string problemWithRule(std::string_view Id,
                            llvm::ArrayRef<std::string_view> RuleIds) {
  llvm::StringRef Name(Id);
  Name.consume_front("ungil-");
  if (Id == AllRules || llvm::is_contained(RuleIds, std::string_view(Name)))
    return {};
  std::string Text = "unknown rule '" + std::string(Id) + "'";
  if (std::string_view Near = nearest(Name, RuleIds); !Near.empty())
    return Text + "; did you mean '" + std::string(Near) + "'?";
  return Text + "; `ungil rules` lists them";
}

std::string problemWithWord(const OptionInfo &Info, std::string_view Item) {
  if (llvm::is_contained(Info.Words, Item))
    return {};
  std::string Text = "'" + std::string(Item) + "' is not one of ";
  Text += llvm::join(Info.Words, ", ");
  if (std::string_view Near = nearest(Item, Info.Words); !Near.empty())
    Text += "; did you mean '" + std::string(Near) + "'?";
  return Text;
}

std::string problemWithPatternRule(llvm::StringRef Item,
                                   llvm::ArrayRef<std::string_view> RuleIds) {
  auto [Pattern, Rule] = Item.rsplit(':');
  if (Pattern.empty() || Rule.empty())
    return "'" + Item.str() + "' is not of the form PATTERN:RULE";
  if (std::string Bad = patternProblem(Pattern); !Bad.empty())
    return Bad;
  return problemWithRule(Rule, RuleIds);
}

} // namespace

llvm::ArrayRef<OptionInfo> ungil::optionTable() {
  static_assert(std::size(Table) == OptionCount);
  return Table;
}

const OptionInfo *ungil::findOption(std::string_view Key) {
  const auto *Row = llvm::find_if(
      Table, [&](const OptionInfo &Info) { return Info.Key == Key; });
  return Row == std::end(Table) ? nullptr : Row;
}

std::string_view ungil::title(OptionGroup Group) {
  switch (Group) {
  case OptionGroup::Analysed:
    return "What is analysed";
  case OptionGroup::Reported:
    return "What is reported";
  case OptionGroup::Fixes:
    return "Fixes";
  case OptionGroup::Exit:
    return "Exit code";
  }
  return {};
}

bool ungil::isList(OptionKind Kind) {
  switch (Kind) {
  case OptionKind::Flag:
  case OptionKind::Word:
  case OptionKind::Version:
  case OptionKind::Path:
    return false;
  case OptionKind::Paths:
  case OptionKind::Texts:
  case OptionKind::Rules:
  case OptionKind::Patterns:
  case OptionKind::PatternRules:
    return true;
  }
  return false;
}

std::string ungil::problemWith(const OptionInfo &Info, std::string_view Item,
                               llvm::ArrayRef<std::string_view> RuleIds) {
  switch (Info.Kind) {
  case OptionKind::Flag:
    return Item == "true" || Item == "false"
               ? std::string()
               : "'" + std::string(Item) + "' is neither true nor false";
  case OptionKind::Word:
    return problemWithWord(Info, Item);
  case OptionKind::Version:
    return isVersion(Item)
               ? std::string()
               : "'" + std::string(Item) + "' is no version; it looks like 3.9";
  case OptionKind::Path:
  case OptionKind::Paths:
    return Item.empty() ? "the name of a file is empty" : "";
  case OptionKind::Texts:
    return {};
  case OptionKind::Rules:
    return problemWithRule(Item, RuleIds);
  case OptionKind::Patterns:
    return patternProblem(Item);
  case OptionKind::PatternRules:
    return problemWithPatternRule(Item, RuleIds);
  }
  return {};
}
