//===- Record.cpp - ungil record ------------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "Driver/Driver.h"
#include <CLI/CLI.hpp>
#include <memory>

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
    llvm::Expected<int> Code = record(Opts->Command, Opts->Output);
    Exit = Code ? *Code : fail(Code.takeError());
  });
}
