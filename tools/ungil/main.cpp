//===- main.cpp - the command line ----------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "Support/Nearest.h"
#include "Support/Version.h"
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

using namespace ungil;

namespace {

/// CLI11 calls an unknown command a missing one.
std::string describe(const CLI::ParseError &Problem, const CLI::App &App,
                     int Argc, char **Argv) {
  if (!App.get_subcommands().empty() || Argc < 2 || Argv[1][0] == '-')
    return Problem.what();
  std::vector<std::string> Commands;
  for (const CLI::App *Command : App.get_subcommands(nullptr))
    Commands.push_back(Command->get_name());
  std::vector<std::string_view> Names(Commands.begin(), Commands.end());
  std::string Text = "unknown command '" + std::string(Argv[1]) + "'";
  if (std::string_view Near = nearest(Argv[1], Names); !Near.empty())
    Text += "; did you mean '" + std::string(Near) + "'?";
  return Text;
}

} // namespace

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
  addAudit(App, Exit);
  addSummarize(App, Exit);
  addLink(App, Exit);
  addEmitNinja(App, Exit);
  addBatch(App, Exit);
  addDoctor(App, Exit);
  addRecord(App, Exit);
  addRules(App, Exit);
  addOptions(App, Exit);
  addExplain(App, Exit);
  addCache(App, Exit);
  addVersion(App, Exit);
  addLsp(App, Exit);
  addManual(App, Exit);
  try {
    App.parse(Argc, Argv);
  } catch (const CLI::Success &Help) {
    return App.exit(Help);
  } catch (const CLI::ParseError &Problem) {
    // One line and one exit code, as for every other mistake.
    return fail(describe(Problem, App, Argc, Argv) + " (see `ungil --help`)");
  }
  return Exit;
}
