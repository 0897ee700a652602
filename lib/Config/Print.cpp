//===- Print.cpp - settings and options for readers -----------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Config/Settings.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include <map>
#include <nlohmann/json.hpp>

using namespace ungil;
using Json = nlohmann::ordered_json;

namespace {

/// A basic string of TOML: JSON's escapes are a subset of its own.
std::string tomlString(const std::string &Text) {
  return Json(Text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string tomlList(const std::vector<std::string> &Items) {
  std::string Text = "[";
  for (const std::string &Item : Items)
    Text += (Text.size() == 1 ? "" : ", ") + tomlString(Item);
  return Text + "]";
}

std::string patternTable(const std::vector<std::string> &Items) {
  std::map<std::string, std::vector<std::string>> ByPattern;
  for (const std::string &Item : Items) {
    PatternRule One = splitPatternRule(Item);
    ByPattern[One.Pattern].push_back(One.Rule);
  }
  std::string Text = "{";
  for (const auto &[Pattern, Rules] : ByPattern)
    Text += (Text.size() == 1 ? "" : ", ") + tomlString(Pattern) + " = " +
            tomlList(Rules);
  return Text + "}";
}

std::string asToml(const OptionInfo &Info,
                   const std::vector<std::string> &Items) {
  if (Info.Kind == OptionKind::PatternRules)
    return patternTable(Items);
  if (isList(Info.Kind))
    return tomlList(Items);
  std::string Text = Items.empty() ? std::string() : Items.front();
  return Info.Kind == OptionKind::Flag ? Text : tomlString(Text);
}

Json listOf(Json Item) {
  return {{"type", "array"}, {"items", std::move(Item)}};
}

Json schemaOf(const OptionInfo &Info,
              llvm::ArrayRef<std::string_view> RuleIds) {
  Json Ids = Json::array({AllRules});
  for (std::string_view Id : RuleIds)
    Ids.push_back(Id);
  Json Rule = {{"enum", std::move(Ids)}};
  Json Text = {{"type", "string"}};
  switch (Info.Kind) {
  case OptionKind::Flag:
    return {{"type", "boolean"}};
  case OptionKind::Word: {
    Json Words = Json::array();
    for (std::string_view Word : Info.Words)
      Words.push_back(Word);
    return {{"enum", std::move(Words)}};
  }
  case OptionKind::Version:
    return {{"type", "string"}, {"pattern", "^[0-9]+\\.[0-9]+$"}};
  case OptionKind::Path:
    return {{"type", "string"}, {"minLength", 1}};
  case OptionKind::Paths:
  case OptionKind::Texts:
  case OptionKind::Patterns:
    return listOf(std::move(Text));
  case OptionKind::Rules:
    return listOf(std::move(Rule));
  case OptionKind::PatternRules:
    return {{"type", "object"},
            {"additionalProperties", listOf(std::move(Rule))}};
  }
  return {};
}

std::string defaultText(const OptionInfo &Info) {
  if (isList(Info.Kind))
    return Info.Kind == OptionKind::PatternRules ? "`{}`" : "`[]`";
  if (Info.Default.empty())
    return "";
  return "`" + asToml(Info, {std::string(Info.Default)}) + "`";
}

} // namespace

void ungil::printSettings(const Settings &All, llvm::raw_ostream &Out) {
  for (const OptionInfo &Info : optionTable()) {
    std::vector<std::string> Items = All.list(Info.Id);
    // What is not set and has no default cannot be written as a value.
    bool Absent = Items.empty() && !isList(Info.Kind);
    std::string Line =
        Absent ? "# " + std::string(Info.Key)
               : std::string(Info.Key) + " = " + asToml(Info, Items);
    constexpr unsigned Width = 40;
    Out << llvm::left_justify(Line, Width) << " # " << All.origin(Info.Id)
        << '\n';
  }
}

std::string ungil::settingsSchema(llvm::ArrayRef<std::string_view> RuleIds) {
  Json Properties = Json::object();
  for (const OptionInfo &Info : optionTable()) {
    Json One = schemaOf(Info, RuleIds);
    One["description"] = std::string(Info.Help) + ".";
    if (!Info.Default.empty())
      One["default"] = Info.Kind == OptionKind::Flag
                           ? Json(Info.Default == "true")
                           : Json(Info.Default);
    Properties[std::string(Info.Key)] = std::move(One);
  }
  Json Schema = {{"$schema", "http://json-schema.org/draft-07/schema#"},
                 {"title", "ungil.toml, and [tool.ungil] in pyproject.toml"},
                 {"type", "object"},
                 {"additionalProperties", false},
                 {"properties", std::move(Properties)}};
  return Schema.dump(/*indent=*/2) + "\n";
}

std::string ungil::optionReference() {
  std::string Page = "# Options\n\nWritten by `ungil options --markdown`; "
                     "[configuration.md](configuration.md) says where they "
                     "are set.\n";
  for (OptionGroup Group : {OptionGroup::Analysed, OptionGroup::Reported,
                            OptionGroup::Fixes, OptionGroup::Exit}) {
    Page += "\n## " + std::string(title(Group)) + "\n";
    for (const OptionInfo &Info : optionTable()) {
      if (Info.Group != Group)
        continue;
      std::string Key(Info.Key);
      Page += "\n### " + Key + "\n\n" + std::string(Info.Help) + ".\n\n";
      if (std::string Default = defaultText(Info); !Default.empty())
        Page += "Default: " + Default + ". ";
      if (!Info.Words.empty())
        Page += "One of `" + llvm::join(Info.Words, "`, `") + "`. ";
      Page += "Command line: `" +
              (Info.Also.empty() ? "--" + Key
                                 : std::string(Info.Also) + "`, `--" + Key) +
              "`." +
              (Info.InTidy ? " Also an option of the clang-tidy checks." : "") +
              "\n\n```toml\n" + Key + " = " + std::string(Info.Example) +
              "\n```\n";
    }
  }
  return Page;
}
