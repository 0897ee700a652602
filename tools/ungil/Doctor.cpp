//===- Doctor.cpp - ungil doctor ------------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "Driver/Driver.h"
#include "PlanOptions.h"
#include "Support/Printable.h"
#include "llvm/Support/raw_ostream.h"
#include <CLI/CLI.hpp>
#include <memory>

using namespace ungil;

void ungil::addDoctor(CLI::App &App, int &Exit) {
  struct Options {
    ScanRequest Request;
    ConfigArgs Config;
  };
  auto Opts = std::make_shared<Options>();
  CLI::App *Command = App.add_subcommand(
      "doctor", "Say what a scan would read: interpreter, headers, database, "
                "files and why each is in or out");
  addPlanOptions(*Command, Opts->Request, Opts->Config);
  Command->callback([Opts, &Exit] {
    auto Config = configure(Opts->Config, Opts->Request.Paths);
    if (!Config) {
      Exit = fail(Config.takeError());
      return;
    }
    applySettings(Config->All, Opts->Request);
    llvm::Expected<ScanPlan> Plan = plan(Opts->Request);
    if (!Plan) {
      Exit = fail(Plan.takeError());
      return;
    }
    llvm::outs() << "configuration: "
                 << (Config->File.empty() ? "none" : printable(Config->File))
                 << '\n'
                 << describe(*Plan);
    llvm::outs().flush();
    sayRemarks(Plan->Remarks, Plan->Root);
  });
}
