//===- Audit.cpp - ungil audit --------------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Report/Audit.h"
#include "Commands.h"
#include "ConfigOptions.h"
#include "PlanOptions.h"
#include "Reading.h"
#include "Report/Output.h"
#include "Report/Verdict.h"
#include "Rules/Rules.h"
#include "ScanOptions.h"
#include "Support/Output.h"
#include "Support/Version.h"
#include "llvm/Support/raw_ostream.h"
#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>

using namespace ungil;

namespace {

struct AuditOptions {
  ScanOptions Scan;
  std::string Format = "markdown", Date;
};

/// The meaning of the verdict (docs/audit.md) as an exit code.
int exitCode(const Report &Report) {
  if (Report.Verdict == "not-ready")
    return ExitFindings;
  return Report.Verdict == "unknown" ? ExitIncomplete : ExitClean;
}

int audit(const AuditOptions &Options) {
  Reading Of(Options.Scan);
  if (llvm::Error Bad = setUp(Of))
    return fail(std::move(Bad));
  if (llvm::Error Bad = read(Of))
    return fail(std::move(Bad));
  // All there is: what is unlikely, and what somebody has answered.
  Of.How.Least = Confidence::Low;
  Of.How.ShowSuppressed = false;
  Of.How.TakeInventory = true;
  SourceCache Sources;
  Report All = analyse(Of.Plan, std::move(Of.Units), Of.known(), Of.How,
                       Sources, Of.Times);
  OutputOptions Out;
  Out.Version = version();
  Out.Date = Options.Date;
  Out.Rules = allRules();
  if (llvm::Error Failed =
          writeOutput(Options.Scan.Output, [&](llvm::raw_ostream &Stream) {
            if (Options.Format == "html")
              writeHtml(All, Out, Sources, Stream);
            else if (Options.Format == "json")
              writeAuditJson(All, Out, Stream);
            else
              writeAuditMarkdown(All, Out, Stream);
          }))
    return fail(std::move(Failed));
  sayRemarks(All.Remarks, All.Root);
  llvm::errs() << verdictText(All) << '\n';
  return exitCode(All);
}

} // namespace

void ungil::addAudit(CLI::App &App, int &Exit) {
  auto Options = std::make_shared<AuditOptions>();
  ScanOptions &Scan = Options->Scan;
  CLI::App *Command = App.add_subcommand(
      "audit", "Write the page to cite when a module declares that it does "
               "without the GIL");
  addPlanOptions(*Command, Scan.Request, Scan.Config);
  addOptionGroup(*Command, Scan.Config, OptionGroup::Reported);
  constexpr const char *Group = "Output";
  Command->add_option("--format", Options->Format, "markdown, html or json")
      ->check(CLI::IsMember({"markdown", "html", "json"}))
      ->capture_default_str()
      ->group(Group);
  Command->add_option("-o,--output", Scan.Output, "File to write")
      ->type_name("FILE")
      ->group(Group);
  Command
      ->add_option("--date", Options->Date,
                   "Date to put on the page (default: none, so that the same "
                   "sources give the same bytes)")
      ->group(Group);
  addCacheOptions(*Command, Scan);
  Command->footer("Exit codes: 0 ready, or ready with notes; 1 not ready; 2 "
                  "usage or input/output error; 3 unknown.");
  Command->callback([Options, &Exit] { Exit = audit(*Options); });
}
