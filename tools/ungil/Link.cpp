//===- Link.cpp - ungil link ----------------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "Driver/Summary.h"
#include "PathMapOption.h"
#include "Reading.h"
#include "Reporting.h"
#include "Support/Input.h"
#include "llvm/Support/MemoryBuffer.h"
#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace ungil;

namespace {

struct LinkOptions {
  ScanOptions Scan;
  std::vector<std::string> Files, Map;
};

llvm::Expected<Summary> readAll(const LinkOptions &Options) {
  const PathMap Map = pathMap(Options.Map);
  std::vector<Summary> Parts;
  for (const std::string &Name : Options.Files) {
    auto Buffer = readInput(Name);
    if (!Buffer)
      return Buffer.takeError();
    auto Part = readSummary((*Buffer)->getBuffer(), Name);
    if (!Part)
      return Part.takeError();
    mapPaths(*Part, Map);
    Parts.push_back(std::move(*Part));
  }
  return join(std::move(Parts));
}

int link(const LinkOptions &Options) {
  auto Whole = readAll(Options);
  if (!Whole)
    return fail(Whole.takeError());
  Reading Of(Options.Scan);
  // The settings that the sources were read under.
  ConfigArgs &Config = Of.Options.Config;
  if (Config.File.empty() && !Config.Isolated) {
    Config.File = Whole->Config;
    Config.Isolated = Whole->Config.empty();
  }
  Of.Options.Request.Paths = {Whole->Plan.Root};
  if (llvm::Error Bad = setUp(Of))
    return fail(std::move(Bad));
  Of.Plan = std::move(Whole->Plan);
  Of.Units = std::move(Whole->Units);
  return reportOn(std::move(Of));
}

} // namespace

void ungil::addLink(CLI::App &App, int &Exit) {
  auto Options = std::make_shared<LinkOptions>();
  CLI::App *Command = App.add_subcommand(
      "link", "Analyse what `summarize` read, as one scan would");
  Command->add_option("file", Options->Files, "What `summarize` wrote")
      ->required()
      ->type_name("FILE");
  addReportOptions(*Command, Options->Scan);
  addPathMapOption(*Command, Options->Map,
                   "A folder of the machine that read the sources, and its "
                   "name here");
  Command->callback([Options, &Exit] { Exit = link(*Options); });
}
