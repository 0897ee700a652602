//===- ConfigOptions.cpp - settings on the command line -------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ConfigOptions.h"
#include "Config/File.h"
#include "Driver/Files.h"
#include "Rules/Rules.h"
#include "Support/PathPattern.h"
#include "llvm/ADT/StringExtras.h"
#include <CLI/CLI.hpp>

using namespace ungil;

namespace {

constexpr const char *CommandLine = "command line";

std::string flagsOf(const OptionInfo &Info) {
  std::string Long = "--" + std::string(Info.Key);
  if (Info.Kind == OptionKind::Flag)
    return Long + ",!--no-" + std::string(Info.Key);
  return Info.Also.empty() ? Long : std::string(Info.Also) + "," + Long;
}

/// Patterns on the command line are relative to the working directory.
std::string fromHere(OptionKind Kind, const std::string &Item) {
  if (Kind == OptionKind::Patterns)
    return patternBelow(canonicalFolder("."), Item);
  if (Kind != OptionKind::PatternRules)
    return Item;
  PatternRule One = splitPatternRule(Item);
  return patternBelow(canonicalFolder("."), One.Pattern) + ":" + One.Rule;
}

/// What a value is called in help, the manual and completions.
std::string valueName(const OptionInfo &Info) {
  switch (Info.Kind) {
  case OptionKind::Path:
    return Info.Id == Option::BuildDir ? "FOLDER" : "FILE";
  case OptionKind::Paths:
    return "FILE";
  case OptionKind::Version:
    return "VERSION";
  case OptionKind::Rules:
    return "RULE";
  case OptionKind::Patterns:
  case OptionKind::PatternRules:
    return "PATTERN";
  case OptionKind::Flag:
  case OptionKind::Word:
  case OptionKind::Texts:
    break;
  }
  return "TEXT";
}

/// `{low,medium,high}`, as CLI11's own check of words describes itself.
std::string listOfWords(const OptionInfo &Info) {
  if (Info.Words.empty())
    return "";
  return "{" + llvm::join(Info.Words, ",") + "}";
}

/// Does an empty value stand for none? It takes back what the file names.
bool isNone(const OptionInfo &Info, const std::string &Item) {
  return Info.Kind == OptionKind::Path && Item.empty();
}

CLI::Option *addValue(CLI::App &Command, ConfigArgs &Args,
                      const OptionInfo &Info, const std::string &Help) {
  auto Check = CLI::Validator(
      [&Info](const std::string &Item) {
        return isNone(Info, Item) ? std::string()
                                  : problemWith(Info, Item, ruleIds());
      },
      listOfWords(Info));
  if (!isList(Info.Kind))
    return Command
        .add_option_function<std::string>(
            flagsOf(Info),
            [&](const std::string &Item) {
              std::vector<std::string> Items;
              if (!isNone(Info, Item))
                Items.push_back(Item);
              Args.Given.set(Info.Id, std::move(Items), CommandLine);
            },
            Help)
        ->type_name(valueName(Info))
        ->check(Check);
  CLI::Option *Value = Command.add_option_function<std::vector<std::string>>(
      flagsOf(Info),
      [&](std::vector<std::string> Items) {
        for (std::string &Item : Items)
          Item = fromHere(Info.Kind, Item);
        Args.Given.set(Info.Id, std::move(Items), CommandLine);
      },
      Help + (Info.Kind == OptionKind::Rules ? "; separated by commas" : "") +
          "; repeatable");
  if (Info.Kind == OptionKind::Rules)
    Value->delimiter(',');
  return Value->allow_extra_args(false)
      ->type_name(valueName(Info))
      ->check(Check);
}

} // namespace

std::vector<std::string_view> ungil::ruleIds() {
  std::vector<std::string_view> Ids;
  for (const RuleInfo &Rule : allRules())
    Ids.push_back(Rule.Id);
  return Ids;
}

void ungil::addOptionGroup(CLI::App &Command, ConfigArgs &Args,
                           OptionGroup Group) {
  for (const OptionInfo &Info : optionTable()) {
    if (Info.Group != Group)
      continue;
    std::string Help(Info.Help);
    CLI::Option *Added =
        Info.Kind == OptionKind::Flag
            ? Command.add_flag_function(
                  flagsOf(Info),
                  [&](std::int64_t Count) {
                    Args.Given.set(Info.Id, {Count > 0 ? "true" : "false"},
                                   CommandLine);
                  },
                  Help)
            : addValue(Command, Args, Info, Help);
    if (!Info.Default.empty() && Info.Kind != OptionKind::Flag)
      Added->default_str(std::string(Info.Default));
    Added->group(std::string(title(Group)));
  }
}

void ungil::addConfigChoice(CLI::App &Command, ConfigArgs &Args) {
  constexpr const char *Group = "Configuration";
  CLI::Option *File =
      Command
          .add_option("--config", Args.File,
                      "ungil.toml or pyproject.toml to read (default: the "
                      "nearest at or above the paths)")
          ->type_name("FILE")
          ->group(Group);
  Command.add_flag("--isolated", Args.Isolated, "Read no configuration file")
      ->excludes(File)
      ->group(Group);
}

llvm::Expected<Configuration>
ungil::configure(const ConfigArgs &Args,
                 const std::vector<std::string> &Paths) {
  Configuration Result;
  if (!Args.File.empty())
    Result.File = canonical(Args.File);
  else if (!Args.Isolated)
    Result.File = findConfig(folderAround(Paths));
  Settings FromFile;
  if (!Result.File.empty()) {
    auto Read = readConfig(Result.File, ruleIds());
    if (!Read)
      return Read.takeError();
    FromFile = std::move(*Read);
  }
  Result.All = resolve(FromFile, Args.Given);
  return Result;
}
