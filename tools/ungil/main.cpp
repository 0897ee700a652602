//===- main.cpp - the command line ----------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "Support/Version.h"
#include <CLI/CLI.hpp>
#include <string>

using namespace ungil;

int main(int Argc, char **Argv) {
  CLI::App App("What breaks in a CPython extension when the GIL is gone.",
               "ungil");
  App.require_subcommand(1);
  App.set_version_flag("--version", "ungil " + std::string(ungil::version()));
  App.footer("`ungil COMMAND --help` lists the options of a command.\n"
             "Exit codes: 0 nothing to report, 1 findings, 2 usage or "
             "input/output error, 3 incomplete.");
  int Exit = ExitClean;
  addScan(App, Exit);
  addDoctor(App, Exit);
  addRecord(App, Exit);
  addRules(App, Exit);
  addExplain(App, Exit);
  addVersion(App, Exit);
  try {
    App.parse(Argc, Argv);
  } catch (const CLI::Success &Help) {
    return App.exit(Help);
  } catch (const CLI::ParseError &Problem) {
    // One line, as for every other mistake; CLI11's own codes start at 100.
    return fail(std::string(Problem.what()) + " (see `ungil --help`)");
  }
  return Exit;
}
