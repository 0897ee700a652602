//===- Scan.cpp - ungil scan ---------------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "Reading.h"
#include "Reporting.h"
#include "ScanOptions.h"
#include "llvm/Support/raw_ostream.h"
#include <CLI/CLI.hpp>
#include <memory>
#include <utility>

using namespace ungil;

namespace {

int scan(const ScanOptions &Options) {
  Reading Of(Options);
  if (llvm::Error Bad = setUp(Of))
    return fail(std::move(Bad));
  if (Options.ShowConfig) {
    printSettings(Of.Options.All, llvm::outs());
    return ExitClean;
  }
  if (llvm::Error Bad = read(Of))
    return fail(std::move(Bad));
  return reportOn(std::move(Of));
}

} // namespace

void ungil::addScan(CLI::App &App, int &Exit) {
  auto Options = std::make_shared<ScanOptions>();
  CLI::App *Command =
      App.add_subcommand("scan", "Analyse an extension and print findings");
  addScanOptions(*Command, *Options);
  Command->callback([Options, &Exit] { Exit = scan(*Options); });
}
