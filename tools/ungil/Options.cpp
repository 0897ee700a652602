//===- Options.cpp - ungil options ----------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "ConfigOptions.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <CLI/CLI.hpp>
#include <memory>

using namespace ungil;

namespace {

void list() {
  constexpr unsigned Width = 18;
  for (const OptionInfo &Info : optionTable())
    llvm::outs() << llvm::left_justify(Info.Key, Width) << Info.Help << '\n';
}

} // namespace

void ungil::addOptions(CLI::App &App, int &Exit) {
  struct Choice {
    bool Markdown = false, Schema = false;
  };
  auto Opts = std::make_shared<Choice>();
  CLI::App *Command = App.add_subcommand(
      "options", "List what ungil.toml and pyproject.toml can set");
  CLI::Option *Markdown = Command->add_flag("--markdown", Opts->Markdown,
                                            "Print the page docs/options.md");
  Command
      ->add_flag("--schema", Opts->Schema,
                 "Print the JSON schema docs/ungil.schema.json")
      ->excludes(Markdown);
  Command->callback([Opts, &Exit] {
    Exit = ExitClean;
    if (Opts->Markdown)
      llvm::outs() << optionReference();
    else if (Opts->Schema)
      llvm::outs() << settingsSchema(ruleIds());
    else
      list();
  });
}
