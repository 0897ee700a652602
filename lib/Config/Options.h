//===- Options.h - what can be configured -----------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One table of the options that a project sets once: the keys of ungil.toml
// and of [tool.ungil] in pyproject.toml, the options of the command line with
// the same names, the CheckOptions of the clang-tidy plugin, the reference in
// docs/options.md and the JSON schema are all made from it.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_CONFIG_OPTIONS_H
#define UNGIL_CONFIG_OPTIONS_H

#include "llvm/ADT/ArrayRef.h"
#include <cstdint>
#include <string>
#include <string_view>

namespace ungil {

enum class Option : uint8_t {
  Profile,
  Select,
  Ignore,
  PerFileIgnores,
  Exclude,
  MinConfidence,
  Objects,
  Api,
  Reviewed,
  Baseline,
  ShowSuppressed,
  FailOn,
  Strict,
  TargetPython,
  Compat,
  BuildDir,
  ExtraArgs,
};
inline constexpr size_t OptionCount = size_t(Option::ExtraArgs) + 1;

/// What an option holds. Every value is a list of strings: scalars have one
/// item, flags `true` or `false`, per-file-ignores one `PATTERN:RULE` per rule.
enum class OptionKind : uint8_t {
  Flag,
  Word,         ///< one of OptionInfo::Words
  Version,      ///< `3.9`
  Path,         ///< of a file or folder
  Paths,        ///< of files
  Texts,        ///< any strings
  Rules,        ///< ids of rules, or ALL
  Patterns,     ///< of paths (Support/PathPattern.h)
  PatternRules, ///< rules by pattern
};

/// What an option decides; `doctor` takes the first group.
enum class OptionGroup : uint8_t { Analysed, Reported, Fixes, Exit };

struct OptionInfo {
  Option Id;
  std::string_view Key;  ///< `min-confidence`
  std::string_view Also; ///< another spelling on the command line, or empty
  OptionKind Kind;
  OptionGroup Group;
  bool InTidy;              ///< also a CheckOption of the plugin
  std::string_view Default; ///< of scalars; lists are empty
  llvm::ArrayRef<std::string_view> Words;
  std::string_view Example; ///< a value as TOML
  std::string_view Help;    ///< one or two sentences
};

/// In the order of Option.
llvm::ArrayRef<OptionInfo> optionTable();
inline const OptionInfo &info(Option Id) {
  return optionTable()[static_cast<size_t>(Id)];
}

/// The option called \p Key, or null.
const OptionInfo *findOption(std::string_view Key);

bool isList(OptionKind Kind);

/// `What is reported`, for help and docs.
std::string_view title(OptionGroup Group);

/// The word for every rule in lists of rules.
inline constexpr std::string_view AllRules = "ALL";

/// What is wrong with \p Item as an item of the option, with what to do; empty:
/// nothing. \p RuleIds are the rules there are.
std::string problemWith(const OptionInfo &Info, std::string_view Item,
                        llvm::ArrayRef<std::string_view> RuleIds);

} // namespace ungil

#endif
