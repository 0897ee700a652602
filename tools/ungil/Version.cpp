//===- Version.cpp - ungil version ----------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/Version.h"
#include "Commands.h"
#include "llvm/Support/raw_ostream.h"
#include <CLI/CLI.hpp>

void ungil::addVersion(CLI::App &App, int &) {
  CLI::App *Command = App.add_subcommand("version", "Print the version");
  Command->callback([] {
    llvm::outs() << "ungil " << version() << " (LLVM " << llvmVersion()
                 << ")\n";
  });
}
