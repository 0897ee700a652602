//===- Reading.cpp - what a command looks at -----------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Reading.h"
#include "Commands.h"
#include "ConfigOptions.h"
#include "PlanOptions.h"
#include "llvm/Support/Process.h"
#include <string>
#include <utility>

using namespace ungil;

namespace {

constexpr int StandardError = 2;

/// What to say when there is nothing to scan.
std::string nothingToScan(const ScanPlan &Plan, const ScanRequest &Request) {
  std::string Where = Request.Paths.size() == 1
                          ? "'" + Request.Paths.front() + "'"
                          : std::string("the paths given");
  if (Plan.Out.empty())
    return "no C or C++ source in " + Where;
  return "no source in " + Where + " reaches Python.h (" +
         std::to_string(Plan.Out.size()) +
         " left out; `ungil doctor` says why)";
}

} // namespace

llvm::Error ungil::setUp(Reading &Of) {
  ScanOptions &Options = Of.Options;
  auto Config = configure(Options.Config, Options.Request.Paths);
  if (!Config)
    return Config.takeError();
  Options.All = std::move(Config->All);
  if (Options.ShowConfig)
    return llvm::Error::success();
  applySettings(Options.All, Options.Request);
  if (!Options.WriteBaseline.empty()) // all findings, known or not
    Options.All.set(Option::Baseline, {}, "--write-baseline");
  auto How = analyseOptions(Options.All);
  if (!How)
    return How.takeError();
  Of.How = std::move(*How);
  Of.How.TakeInventory = Options.Format == "html";
  for (const std::string &File : Options.All.list(Option::Api)) {
    if (!Of.Extended)
      Of.Extended = Api::builtin();
    if (llvm::Error Bad = Of.Extended->extendFromFile(File))
      return Bad;
  }
  return llvm::Error::success();
}

llvm::Error ungil::chooseUnits(Reading &Of) {
  ScanRequest &Request = Of.Options.Request;
  Request.Progress =
      llvm::sys::Process::FileDescriptorIsDisplayed(StandardError);
  {
    StepTimer Timer(Of.Times, "plan");
    auto Plan = plan(Request);
    if (!Plan)
      return Plan.takeError();
    Of.Plan = std::move(*Plan);
  }
  // Files picked one by one (pre-commit) may well have nothing to do with
  // Python; a whole tree without any is a mistake.
  if (Of.Plan.Units.empty() && Request.Only.empty()) {
    sayRemarks(Of.Plan.Remarks, Of.Plan.Root);
    return llvm::createStringError(llvm::inconvertibleErrorCode(),
                                   nothingToScan(Of.Plan, Request));
  }
  if (!Of.Options.NoCache)
    Of.Plan.CacheDir = cacheFolder(Of.Options.CacheDir, Of.Plan.Root);
  Of.Plan.Edited = Of.Edited;
  Of.Plan.OpeningDir = Of.OpeningDir;
  return llvm::Error::success();
}

void ungil::readUnits(Reading &Of) {
  StepTimer Timer(Of.Times, "parse");
  Of.Units = parse(Of.Plan);
}

llvm::Error ungil::read(Reading &Of) {
  if (llvm::Error Bad = chooseUnits(Of))
    return Bad;
  readUnits(Of);
  return llvm::Error::success();
}
