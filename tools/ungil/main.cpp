//===- main.cpp - the command line ----------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "Support/Nearest.h"
#include "Support/Version.h"
#include "llvm/Support/raw_ostream.h"
#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <new>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>
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

/// What happens when there is no more memory, anywhere in the program: one
/// line, not a core file.
void endWithoutMemory() {
  constexpr std::string_view Text = "ungil: there is not enough memory\n";
  (void)!::write(STDERR_FILENO, Text.data(), Text.size());
  ::_exit(ExitError);
}

/// Functions that walk code call themselves for what is nested in it. The
/// stack may grow further than systems commonly let it, here and in the
/// children that read units; what is not used costs nothing. The kernel keeps
/// 128 MiB free below it, whatever the limit was at the start.
void allowDeepCalls() {
  constexpr rlim_t Wanted = rlim_t(100) << 20;
  rlimit Limit;
  if (::getrlimit(RLIMIT_STACK, &Limit) != 0 || Limit.rlim_cur >= Wanted)
    return;
  Limit.rlim_cur = std::min(Limit.rlim_max, Wanted);
  ::setrlimit(RLIMIT_STACK, &Limit);
}

/// The exit code, once all that was printed has arrived: a stream that is left
/// with an error ends the program as if there were findings.
int finish(int Exit) {
  llvm::outs().flush();
  std::error_code Lost = llvm::outs().error();
  llvm::outs().clear_error();
  if (Lost)
    Exit = fail("cannot write standard output: " + Lost.message());
  llvm::errs().clear_error();
  return Exit;
}

} // namespace

int main(int Argc, char **Argv) {
  std::set_new_handler(endWithoutMemory);
  allowDeepCalls();
  std::signal(SIGXFSZ, SIG_IGN); // writing fails, and says so
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
  return finish(Exit);
}
