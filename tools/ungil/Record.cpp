//===- Record.cpp - ungil record ------------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "Driver/Driver.h"
#include "llvm/Support/raw_ostream.h"
#include <CLI/CLI.hpp>
#include <memory>

using namespace ungil;

namespace {

/// What was written down, in the last line: builds say much themselves.
void tell(const Recording &Done, const std::string &Output) {
  llvm::errs() << "ungil: ";
  if (Done.ExitCode != 0)
    llvm::errs() << "the build ended with exit code " << Done.ExitCode << "; ";
  if (Done.Files == 0)
    llvm::errs() << "it compiled nothing, so nothing was recorded\n";
  else
    llvm::errs() << Done.Files << (Done.Files == 1 ? " file" : " files")
                 << " recorded in '" << Output << "'\n";
}

} // namespace

void ungil::addRecord(CLI::App &App, int &Exit) {
  struct Options {
    std::vector<std::string> Command;
    std::string Output = "compile_commands.json";
  };
  auto Opts = std::make_shared<Options>();
  CLI::App *Command = App.add_subcommand(
      "record", "Run a build and write the compilation database it implies");
  Command->add_option("-o,--output", Opts->Output, "File to write")
      ->type_name("FILE")
      ->capture_default_str();
  Command
      ->add_option("command", Opts->Command,
                   "The build, after `--`: ungil record -- make -B")
      ->required();
  Command->footer("Exits with the code of the build, or 2 when it could not "
                  "be recorded.");
  Command->callback([Opts, &Exit] {
    auto Done = record(Opts->Command, Opts->Output);
    if (!Done) {
      Exit = fail(Done.takeError());
      return;
    }
    tell(*Done, Opts->Output);
    Exit = Done->ExitCode;
  });
}
