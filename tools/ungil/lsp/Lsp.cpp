//===- Lsp.cpp - ungil lsp ------------------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "PlanOptions.h"
#include "ScanOptions.h"
#include "lsp/Server.h"
#include <CLI/CLI.hpp>
#include <memory>

using namespace ungil;

void ungil::addLsp(CLI::App &App, int &Exit) {
  auto Options = std::make_shared<ScanOptions>();
  CLI::App *Command = App.add_subcommand(
      "lsp", "Serve findings and fixes to an editor (Language Server Protocol "
             "over standard input and output)");
  addReadOptions(*Command, Options->Request, Options->Config);
  addOptionGroup(*Command, Options->Config, OptionGroup::Reported);
  addCacheOptions(*Command, *Options);
  Command->footer("docs/editors.md says how to start it from editors.");
  Command->callback([Options, &Exit] { Exit = lsp::Server(*Options).run(); });
}
