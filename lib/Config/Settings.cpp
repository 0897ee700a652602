//===- Settings.cpp - values of options and where they come from ----------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Config/Settings.h"
#include "llvm/ADT/StringRef.h"
#include <utility>

using namespace ungil;

void Settings::set(Option Id, std::vector<std::string> Items,
                   std::string Origin) {
  Values[static_cast<size_t>(Id)] = Value{std::move(Items), std::move(Origin)};
}

std::vector<std::string> Settings::list(Option Id) const {
  if (isSet(Id))
    return slot(Id)->Items;
  std::string_view Default = info(Id).Default;
  if (Default.empty())
    return {};
  return {std::string(Default)};
}

std::string Settings::text(Option Id) const {
  std::vector<std::string> Items = list(Id);
  return Items.empty() ? std::string() : Items.front();
}

std::string Settings::origin(Option Id) const {
  return isSet(Id) ? slot(Id)->Origin : "default";
}

void Settings::overlay(const Settings &Stronger) {
  for (size_t I = 0; I != OptionCount; ++I)
    if (Stronger.Values[I])
      Values[I] = Stronger.Values[I];
}

Settings ungil::profileSettings(std::string_view Name) {
  Settings S;
  auto Set = [&](Option Id, const char *Value) {
    S.set(Id, {Value}, "profile '" + std::string(Name) + "'");
  };
  if (Name == "thorough" || Name == "audit")
    Set(Option::MinConfidence, "low");
  if (Name == "audit") {
    Set(Option::FailOn, "low");
    Set(Option::Strict, "true");
    Set(Option::ShowSuppressed, "true");
  }
  return S;
}

Settings ungil::resolve(const Settings &File, const Settings &CommandLine) {
  Settings Given = File;
  Given.overlay(CommandLine);
  Settings All = profileSettings(Given.text(Option::Profile));
  All.overlay(Given);
  return All;
}

PatternRule ungil::splitPatternRule(std::string_view Item) {
  auto [Pattern, Rule] = llvm::StringRef(Item).rsplit(':');
  return {Pattern.str(), Rule.str()};
}
