//===- Doctor.cpp - ungil doctor ------------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "Driver/Driver.h"
#include "PlanOptions.h"
#include "llvm/Support/raw_ostream.h"
#include <CLI/CLI.hpp>
#include <memory>

void ungil::addDoctor(CLI::App &App, int &Exit) {
  auto Request = std::make_shared<ScanRequest>();
  CLI::App *Command = App.add_subcommand(
      "doctor", "Say what a scan would read: interpreter, headers, database, "
                "files and why each is in or out");
  addPlanOptions(*Command, *Request);
  Command->callback([Request, &Exit] {
    llvm::Expected<ScanPlan> Plan = plan(*Request);
    if (!Plan) {
      Exit = fail(Plan.takeError());
      return;
    }
    llvm::outs() << describe(*Plan);
    llvm::outs().flush();
    sayRemarks(Plan->Remarks, Plan->Root);
  });
}
