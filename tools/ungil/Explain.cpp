//===- Explain.cpp - ungil explain ----------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "Rules/Rules.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"
#include <CLI/CLI.hpp>
#include <memory>

using namespace ungil;

namespace {

/// Markdown is readable as it is; colour only sets headings apart.
void printPage(llvm::StringRef Page, bool Color) {
  bool InCode = false;
  while (!Page.empty()) {
    auto [Line, Rest] = Page.split('\n');
    Page = Rest;
    if (Line.starts_with("```"))
      InCode = !InCode;
    bool Heading = !InCode && Line.starts_with("#");
    if (Color && Heading)
      llvm::outs() << "\x1b[1m" << Line << "\x1b[0m\n";
    else
      llvm::outs() << Line << '\n';
  }
}

} // namespace

void ungil::addExplain(CLI::App &App, int &Exit) {
  struct Options {
    std::string Rule, Color = "auto";
  };
  auto Opts = std::make_shared<Options>();
  CLI::App *Command = App.add_subcommand("explain", "Print the page of a rule");
  Command->add_option("rule", Opts->Rule, "Rule id, `ungil rules` lists them")
      ->required()
      ->type_name("RULE");
  Command->add_option("--color", Opts->Color, "auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  Command->callback([Opts, &Exit] {
    const RuleInfo *Rule = findRule(Opts->Rule);
    if (!Rule) {
      Exit = fail(unknownRule(Opts->Rule));
      return;
    }
    constexpr int StandardOutput = 1;
    printPage(rulePage(*Rule), wantsColor(Opts->Color, StandardOutput));
  });
}
