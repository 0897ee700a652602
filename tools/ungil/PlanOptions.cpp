//===- PlanOptions.cpp - options about what is analysed -------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PlanOptions.h"
#include <CLI/CLI.hpp>
#include <string>

using namespace ungil;

void ungil::addPlanOptions(CLI::App &Command, ScanRequest &Request,
                           ConfigArgs &Args) {
  Command.add_option("path", Request.Paths, "Files and folders")
      ->required()
      ->type_name("PATH");
  Command
      .add_option("--only", Request.Only,
                  "Analyse these files only; the rest of PATH gives flags")
      ->type_name("FILE")
      ->allow_extra_args(false)
      ->group(std::string(title(OptionGroup::Analysed)));
  addReadOptions(Command, Request, Args);
}

void ungil::addReadOptions(CLI::App &Command, ScanRequest &Request,
                           ConfigArgs &Args) {
  const std::string Group(title(OptionGroup::Analysed));
  addOptionGroup(Command, Args, OptionGroup::Analysed);
  Command
      .add_flag("--no-build", Request.NoBuild,
                "Do not look for a compilation database")
      ->group(Group);
  Command
      .add_option("--python", Request.Python,
                  "Interpreter or include folder whose headers to use")
      ->type_name("PATH")
      ->group(Group);
  Command
      .add_option("--root", Request.Root,
                  "Folder paths are relative to (default: top of the git "
                  "checkout, else the common parent)")
      ->type_name("FOLDER")
      ->group(Group);
  Command.add_option("-j,--jobs", Request.Jobs, "Parallel jobs (0: all cores)")
      ->group(Group);
  Command
      .add_option("--timeout", Request.TimeoutSeconds,
                  "Seconds one file may take")
      ->check(CLI::PositiveNumber)
      ->group(Group);
  Command
      .add_option("--memory-limit", Request.MemoryMiB,
                  "MiB of memory one file may take (0: no limit; default: " +
                      std::to_string(Request.MemoryMiB) + ")")
      ->group(Group);
  addConfigChoice(Command, Args);
}

void ungil::applySettings(const Settings &All, ScanRequest &Request) {
  Request.BuildDir = All.text(Option::BuildDir);
  Request.ExtraArgs = All.list(Option::ExtraArgs);
  Request.Exclude = All.list(Option::Exclude);
}
