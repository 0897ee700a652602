//===- Batch.cpp - ungil batch --------------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Many extensions, a process each. What became of one is a line of JSON,
// written when it ends: a batch that was stopped goes on where it was.
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "Support/Printable.h"
#include "batch/Manifest.h"
#include "batch/Outcomes.h"
#include "batch/Processes.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Threading.h"
#include "llvm/Support/raw_ostream.h"
#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace ungil;
using namespace ungil::batch;

namespace {

struct BatchOptions {
  std::string Manifest, Output = "batch.jsonl", Reports = "ungil-reports";
  std::string Compare;
  unsigned Jobs = 0;
  bool Again = false;
};

/// A file of \p Reports for the extension called \p Name.
std::string fileFor(const BatchOptions &Options, std::string Name,
                    const char *Suffix) {
  for (char &C : Name)
    if (C == '/' || C == '\0')
      C = '_';
  return Options.Reports + "/" + Name + Suffix;
}

Command commandFor(const BatchOptions &Options, const Extension &One) {
  Command Run;
  Run.Args = {llvm::sys::fs::getMainExecutable(nullptr, nullptr), "scan",
              One.Path};
  Run.Args.insert(Run.Args.end(), One.Args.begin(), One.Args.end());
  for (const std::string &Word :
       {std::string("-j1"), std::string("--exit-zero"),
        std::string("--format=json"), std::string("-o"),
        fileFor(Options, One.Name, ".json")})
    Run.Args.push_back(Word);
  Run.Errors = fileFor(Options, One.Name, ".log");
  Run.Timeout = One.Timeout;
  Run.Memory = One.Memory;
  return Run;
}

/// Scans the extensions of \p All that \p Known says nothing of, and adds what
/// became of them.
llvm::Error scanRest(const BatchOptions &Options,
                     const std::vector<Extension> &All, Outcomes &Known) {
  std::vector<const Extension *> Left;
  std::vector<Command> Commands;
  for (const Extension &One : All)
    if (!Known.find(One)) {
      Left.push_back(&One);
      Commands.push_back(commandFor(Options, One));
    }
  if (std::error_code Bad = llvm::sys::fs::create_directories(Options.Reports))
    return llvm::createStringError(Bad, "cannot make '%s': %s",
                                   Options.Reports.c_str(),
                                   Bad.message().c_str());
  auto Out = Known.startFile(Options.Output, All);
  if (!Out)
    return Out.takeError();
  const bool Show = llvm::sys::Process::StandardErrIsDisplayed();
  size_t Done = 0;
  unsigned Jobs = Options.Jobs
                      ? Options.Jobs
                      : llvm::hardware_concurrency().compute_thread_count();
  runAll(Commands, Jobs, [&](size_t I, const Ended &How) {
    **Out << Known.add(*Left[I], How, fileFor(Options, Left[I]->Name, ".json"),
                       Commands[I].Errors);
    (*Out)->flush();
    if (Show)
      llvm::errs() << "\r[" << ++Done << '/' << Left.size() << "] "
                   << printable(Left[I]->Name) << "\x1b[K";
  });
  if (Show && !Left.empty())
    llvm::errs() << "\r\x1b[K";
  std::error_code Bad = (*Out)->error();
  (*Out)->clear_error();
  return Bad ? llvm::createStringError(Bad, "cannot write '%s': %s",
                                       Options.Output.c_str(),
                                       Bad.message().c_str())
             : llvm::Error::success();
}

int runBatch(const BatchOptions &Options) {
  auto All = readManifest(Options.Manifest);
  if (!All)
    return fail(All.takeError());
  Outcomes Before, Now;
  if (!Options.Compare.empty())
    if (llvm::Error Bad = Before.read(Options.Compare))
      return fail(std::move(Bad));
  if (!Options.Again && llvm::sys::fs::exists(Options.Output))
    if (llvm::Error Bad = Now.read(Options.Output))
      return fail(std::move(Bad));
  Now.keepFinished();
  if (llvm::Error Bad = scanRest(Options, *All, Now))
    return fail(std::move(Bad));
  Tally Total;
  for (const Extension &One : *All)
    llvm::outs() << Now.describe(
        One, Options.Compare.empty() ? nullptr : &Before, Total);
  llvm::outs().flush();
  llvm::errs() << Total.text() << '\n';
  return Total.Unfinished ? ExitIncomplete
         : Total.New      ? ExitFindings
                          : ExitClean;
}

} // namespace

void ungil::addBatch(CLI::App &App, int &Exit) {
  auto Options = std::make_shared<BatchOptions>();
  CLI::App *Command = App.add_subcommand(
      "batch", "Scan many extensions, each under limits of its own");
  Command
      ->add_option("manifest", Options->Manifest,
                   "TOML file that names them (docs/scale.md)")
      ->required()
      ->type_name("FILE");
  constexpr const char *Group = "Output";
  Command
      ->add_option("-o,--output", Options->Output,
                   "What became of each, a line of JSON; those that it has "
                   "already are not scanned again")
      ->type_name("FILE")
      ->capture_default_str()
      ->group(Group);
  Command->add_option("--reports", Options->Reports, "Folder for full reports")
      ->type_name("FOLDER")
      ->capture_default_str()
      ->group(Group);
  Command
      ->add_option("--compare", Options->Compare,
                   "Output of an earlier batch: say what is new and gone, and "
                   "exit with 1 if something is new")
      ->type_name("FILE")
      ->group(Group);
  Command->add_flag("--again", Options->Again, "Scan all, finished or not");
  Command->add_option("-j,--jobs", Options->Jobs,
                      "Extensions at once (0: as many as cores)");
  Command->callback([Options, &Exit] { Exit = runBatch(*Options); });
}
