//===- EmitNinja.cpp - ungil emit-ninja -----------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A scan as a build: one `summarize` for each source, which Ninja runs again
// when something it read has changed, and one `link`.
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "PlanOptions.h"
#include "Reading.h"
#include "Report/Names.h"
#include "Report/Output.h"
#include "Support/Output.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include <CLI/CLI.hpp>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace ungil;

namespace {

struct NinjaOptions {
  ScanOptions Scan; ///< Output: the build file; Format: of the report
  std::string Facts = "ungil-facts", Report = "ungil.sarif";
};

std::string absolute(llvm::StringRef Path) {
  llvm::SmallString<256> Whole = Path;
  (void)llvm::sys::fs::make_absolute(Whole);
  llvm::sys::path::remove_dots(Whole, /*remove_dot_dot=*/true);
  return Whole.str().str();
}

/// \p Text as one word of a shell.
std::string shellWord(llvm::StringRef Text) {
  if (!Text.empty() && llvm::all_of(Text, [](char C) {
        return llvm::isAlnum(C) || llvm::StringRef("_-./=+,:@%").contains(C);
      }))
    return Text.str();
  std::string Out = "'";
  for (char C : Text)
    Out += C == '\'' ? std::string("'\\''") : std::string(1, C);
  return Out + "'";
}

/// \p Text as the value of a variable of Ninja.
std::string ninjaValue(llvm::StringRef Text) {
  std::string Out;
  for (char C : Text)
    Out += C == '$' ? std::string("$$") : std::string(1, C);
  return Out;
}

/// \p Path as Ninja wants files.
std::string ninjaPath(llvm::StringRef Path) {
  std::string Out;
  for (char C : Path) {
    if (C == ' ' || C == ':' || C == '$')
      Out += '$';
    Out += C;
  }
  return Out;
}

/// The words that give `summarize` what \p Command was given but for its
/// options \p Own.
std::string wordsGiven(const CLI::App &Command,
                       const std::set<std::string> &Own) {
  std::string Words;
  for (const CLI::Option *Option : Command.get_options()) {
    const std::string Name = Option->get_name();
    if (Option->count() == 0 || Own.count(Name))
      continue;
    const bool Flag = Option->get_expected_max() == 0;
    for (const std::string &Given : Option->results()) {
      if (!Option->get_positional())
        Words += " " + Name;
      if (!Flag)
        Words += " " + shellWord(Given);
    }
  }
  return Words;
}

/// What \p Unit's facts are called: the source's path, so that two sources of
/// one name do not meet.
std::string factsOf(const NinjaOptions &Options, const ScanPlan &Plan,
                    const TranslationUnit &Unit) {
  return absolute(Options.Facts) + "/" + relativeTo(Plan.Root, Unit.File) +
         ".facts";
}

void writeBuild(const NinjaOptions &Options, const ScanPlan &Plan,
                const std::string &Words, llvm::raw_ostream &Out) {
  const std::string Program =
      llvm::sys::fs::getMainExecutable(nullptr, nullptr);
  const std::string Run =
      "cd " + shellWord(absolute(".")) + " && " + shellWord(Program) + " ";
  const std::string Report = absolute(Options.Report);
  Out << "# Made by `ungil emit-ninja`. Make it again when sources come or "
         "go.\n"
         "ninja_required_version = 1.5\n\n"
         "rule summarize\n  command = "
      << ninjaValue(Run + "summarize" + Words)
      << " --only $source -o $out --depfile $out.d\n"
         "  depfile = $out.d\n  deps = gcc\n  description = reading $name\n\n"
         "rule link\n  command = "
      << ninjaValue(Run) << "link $in --exit-zero --format "
      << Options.Scan.Format << " -o " << ninjaValue(shellWord(Report))
      << "\n  description = analysing\n\n";
  std::string All;
  std::set<std::string> Done; // a file may be compiled in several ways
  for (const TranslationUnit &Unit : Plan.Units) {
    if (!Done.insert(Unit.File).second)
      continue;
    const std::string Facts = factsOf(Options, Plan, Unit);
    Out << "build " << ninjaPath(Facts) << ": summarize "
        << ninjaPath(Unit.File)
        << "\n  source = " << ninjaValue(shellWord(Unit.File))
        << "\n  name = " << ninjaValue(relativeTo(Plan.Root, Unit.File))
        << '\n';
    All += " " + ninjaPath(Facts);
  }
  Out << "\nbuild " << ninjaPath(Report) << ": link" << All << "\n\ndefault "
      << ninjaPath(Report) << '\n';
}

int emit(const NinjaOptions &Options, const std::string &Words) {
  Reading Of(Options.Scan);
  auto Config = configure(Options.Scan.Config, Of.Options.Request.Paths);
  if (!Config)
    return fail(Config.takeError());
  applySettings(Config->All, Of.Options.Request);
  if (llvm::Error Bad = chooseUnits(Of))
    return fail(std::move(Bad));
  sayRemarks(Of.Plan.Remarks, Of.Plan.Root);
  if (llvm::Error Bad =
          writeOutput(Options.Scan.Output, [&](llvm::raw_ostream &Out) {
            writeBuild(Options, Of.Plan, Words, Out);
          }))
    return fail(std::move(Bad));
  return ExitClean;
}

} // namespace

void ungil::addEmitNinja(CLI::App &App, int &Exit) {
  auto Options = std::make_shared<NinjaOptions>();
  Options->Scan.Output = "build.ninja";
  Options->Scan.Format = "sarif";
  CLI::App *Command = App.add_subcommand(
      "emit-ninja", "Write a scan as a build that Ninja runs, again only where "
                    "something changed");
  addPlanOptions(*Command, Options->Scan.Request, Options->Scan.Config);
  constexpr const char *Group = "Output";
  Command->add_option("-o,--output", Options->Scan.Output, "File to write")
      ->type_name("FILE")
      ->capture_default_str()
      ->group(Group);
  Command->add_option("--facts", Options->Facts, "Folder for facts")
      ->type_name("FOLDER")
      ->capture_default_str()
      ->group(Group);
  Command->add_option("--report", Options->Report, "What the build makes")
      ->type_name("FILE")
      ->capture_default_str()
      ->group(Group);
  Command->add_option("--format", Options->Scan.Format, "Format of the report")
      ->check(CLI::IsMember(
          std::vector<std::string>(formatNames().begin(), formatNames().end())))
      ->capture_default_str()
      ->group(Group);
  Command->callback([Options, Command, &Exit] {
    Exit =
        emit(*Options, wordsGiven(*Command, {"--output", "--facts", "--report",
                                             "--format", "--only", "--help"}));
  });
}
