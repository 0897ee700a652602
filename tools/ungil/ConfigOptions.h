//===- ConfigOptions.h - settings on the command line -----------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The options of the table in Config/Options.h as options of a command, and
// what they come to together with the configuration file.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_TOOL_CONFIGOPTIONS_H
#define UNGIL_TOOL_CONFIGOPTIONS_H

#include "Config/Settings.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace CLI {
class App;
} // namespace CLI

namespace ungil {

struct ConfigArgs {
  Settings Given;   ///< on the command line
  std::string File; ///< --config; empty: the nearest
  bool Isolated = false;
};

/// Adds the options of \p Group. \p Args must outlive the command.
void addOptionGroup(CLI::App &Command, ConfigArgs &Args, OptionGroup Group);

/// Adds --config and --isolated.
void addConfigChoice(CLI::App &Command, ConfigArgs &Args);

struct Configuration {
  std::string File; ///< empty: none
  Settings All;
};

/// Reads the file that \p Args chooses for \p Paths and puts the command line
/// on top.
llvm::Expected<Configuration> configure(const ConfigArgs &Args,
                                        const std::vector<std::string> &Paths);

/// Ids of all rules.
std::vector<std::string_view> ruleIds();

} // namespace ungil

#endif
