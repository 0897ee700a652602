//===- Settings.h - values of options and where they come from --*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   defaults < profile < file < command line
//
// Each layer is one Settings, which knows of every value it holds who set it.
// resolve() puts them on top of each other.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_CONFIG_SETTINGS_H
#define UNGIL_CONFIG_SETTINGS_H

#include "Config/Options.h"
#include "llvm/Support/raw_ostream.h"
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ungil {

class Settings {
public:
  /// \p Origin says where the value was written: `pyproject.toml:12`.
  void set(Option Id, std::vector<std::string> Items, std::string Origin);
  bool isSet(Option Id) const { return slot(Id).has_value(); }

  /// The items; the default when nothing is set.
  std::vector<std::string> list(Option Id) const;
  std::string text(Option Id) const;
  bool flag(Option Id) const { return text(Id) == "true"; }

  /// Who set the value, or `default`.
  std::string origin(Option Id) const;

  /// Takes over what \p Stronger sets.
  void overlay(const Settings &Stronger);

private:
  struct Value {
    std::vector<std::string> Items;
    std::string Origin;
  };
  const std::optional<Value> &slot(Option Id) const {
    return Values[static_cast<size_t>(Id)];
  }
  std::array<std::optional<Value>, OptionCount> Values;
};

/// What profile \p Name sets.
Settings profileSettings(std::string_view Name);

/// All layers as one. The profile is the one that the command line or else the
/// file names.
Settings resolve(const Settings &File, const Settings &CommandLine);

/// An item of per-file-ignores.
struct PatternRule {
  std::string Pattern, Rule;
};
PatternRule splitPatternRule(std::string_view Item);

/// Prints every option with its value and origin as an ungil.toml.
void printSettings(const Settings &All, llvm::raw_ostream &Out);

/// The JSON schema of ungil.toml.
std::string settingsSchema(llvm::ArrayRef<std::string_view> RuleIds);

/// The table of all options, in Markdown.
std::string optionReference();

} // namespace ungil

#endif
