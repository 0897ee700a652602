//===- Manual.cpp - ungil man, ungil completions --------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CommandDoc.h"
#include "Commands.h"
#include "llvm/Support/raw_ostream.h"
#include <CLI/CLI.hpp>
#include <map>
#include <memory>

using namespace ungil;

void ungil::addManual(CLI::App &App, int &Exit) {
  App.add_subcommand("man", "Print the manual page, in the form man reads")
      ->callback([&App] { writeManPage(describe(App), llvm::outs()); });

  using Writer = void (*)(const CommandDoc &, llvm::raw_ostream &);
  static const std::map<std::string, Writer> Shells = {
      {"bash", writeBashCompletion},
      {"fish", writeFishCompletion},
      {"zsh", writeZshCompletion},
  };
  std::vector<std::string> Names;
  for (const auto &[Name, Write] : Shells)
    Names.push_back(Name);
  auto Shell = std::make_shared<std::string>();
  CLI::App *Command = App.add_subcommand(
      "completions", "Print what makes a shell complete ungil's options");
  Command->add_option("shell", *Shell, "The shell")
      ->required()
      ->check(CLI::IsMember(Names));
  Command->footer("bash: ungil completions bash > "
                  "~/.local/share/bash-completion/completions/ungil\n"
                  "zsh:  a file `_ungil` in a folder of $fpath\n"
                  "fish: ungil completions fish > "
                  "~/.config/fish/completions/ungil.fish");
  Command->callback(
      [&App, Shell] { Shells.at (*Shell)(describe(App), llvm::outs()); });
}
