//===- Summarize.cpp - ungil summarize ------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "Driver/Summary.h"
#include "PathMapOption.h"
#include "PlanOptions.h"
#include "Reading.h"
#include "Support/Output.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"
#include <CLI/CLI.hpp>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace ungil;

namespace {

struct SummarizeOptions {
  ScanOptions Scan;
  std::string Part, Depfile;
  std::vector<std::string> Map;
  Shard shard() const {
    auto [Number, Of] = llvm::StringRef(Part).split('/');
    Shard Result;
    if (!Part.empty()) // checked by isShard()
      (void)(Number.getAsInteger(10, Result.Number) ||
             Of.getAsInteger(10, Result.Of));
    return Result;
  }
};

/// Empty if \p Text is `2/8` or the like, else what is wrong.
std::string isShard(const std::string &Text) {
  auto [Number, Of] = llvm::StringRef(Text).split('/');
  unsigned I = 0, N = 0;
  if (Number.getAsInteger(10, I) || Of.getAsInteger(10, N) || I < 1 || I > N)
    return "'" + Text + "' is no part: 2/8 is the second of eight";
  return {};
}

/// \p Path as a word of a makefile.
std::string escaped(llvm::StringRef Path) {
  std::string Out;
  for (char C : Path) {
    if (C == ' ' || C == '#')
      Out += '\\';
    if (C == '$')
      Out += '$';
    Out += C;
  }
  return Out;
}

void writeDepfile(const Summary &Of, const std::string &Target,
                  llvm::raw_ostream &Out) {
  std::set<std::string> Files;
  for (const UnitResult &Unit : Of.Units)
    Files.insert(Unit.Reads.begin(), Unit.Reads.end());
  Out << escaped(Target) << ':';
  for (const std::string &File : Files)
    Out << " \\\n  " << escaped(File);
  Out << '\n';
}

llvm::Expected<Summary> readPart(const SummarizeOptions &Options) {
  Reading Of(Options.Scan);
  auto Config = configure(Options.Scan.Config, Of.Options.Request.Paths);
  if (!Config)
    return Config.takeError();
  applySettings(Config->All, Of.Options.Request);
  if (llvm::Error Bad = chooseUnits(Of))
    return std::move(Bad);
  Summary Read;
  Read.Config = Config->File;
  Read.Part = Options.shard();
  Read.Plan = Of.Plan;
  keepShard(Read);
  Of.Plan.Units = Read.Plan.Units;
  Of.Plan.ListReads = !Options.Depfile.empty();
  readUnits(Of);
  Read.Units = std::move(Of.Units);
  return Read;
}

/// `link` says these once for all parts; here it is known where to look.
void sayUnread(const Summary &Of) {
  for (size_t I = 0; I != Of.Units.size(); ++I)
    if (!Of.Units[I].Message.empty())
      sayRemarks(
          {{Severity::Error, Of.Plan.Units[I].File, Of.Units[I].Message}},
          Of.Plan.Root);
}

int summarize(const SummarizeOptions &Options) {
  auto Part = readPart(Options);
  if (!Part)
    return fail(Part.takeError());
  sayUnread(*Part);
  const std::string &Output = Options.Scan.Output;
  if (!Options.Depfile.empty())
    if (llvm::Error Bad =
            writeOutput(Options.Depfile, [&](llvm::raw_ostream &Out) {
              writeDepfile(*Part, Output, Out);
            }))
      return fail(std::move(Bad));
  mapPaths(*Part, pathMap(Options.Map));
  if (llvm::Error Bad = writeOutput(
          Output, [&](llvm::raw_ostream &Out) { Out << writeSummary(*Part); }))
    return fail(std::move(Bad));
  return ExitClean;
}

} // namespace

void ungil::addSummarize(CLI::App &App, int &Exit) {
  auto Options = std::make_shared<SummarizeOptions>();
  CLI::App *Command = App.add_subcommand(
      "summarize", "Read sources and write what `link` needs of them");
  addPlanOptions(*Command, Options->Scan.Request, Options->Scan.Config);
  Command
      ->add_option("-o,--output", Options->Scan.Output,
                   "File of facts to write")
      ->required()
      ->type_name("FILE")
      ->group("Output");
  Command
      ->add_option("--shard", Options->Part,
                   "Read part I of N: each file is in one, and link wants all")
      ->check(CLI::Validator(isShard, ""))
      ->type_name("I/N")
      ->group("Output");
  Command
      ->add_option("--depfile", Options->Depfile,
                   "Write the files that were read as a makefile rule")
      ->type_name("FILE")
      ->group("Output");
  addPathMapOption(*Command, Options->Map,
                   "Call a folder something else in what is written");
  addCacheOptions(*Command, Options->Scan);
  Command->callback([Options, &Exit] { Exit = summarize(*Options); });
}
