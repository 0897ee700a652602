//===- Rules.cpp - ungil rules --------------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rules/Rules.h"
#include "Commands.h"
#include "Support/Output.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include <CLI/CLI.hpp>
#include <map>
#include <memory>

using namespace ungil;
namespace fs = llvm::sys::fs;

namespace {

struct Options {
  std::string MarkdownDir;
  bool Check = false;
};

void list() {
  size_t Width = 0;
  for (const RuleInfo &Rule : allRules())
    Width = std::max(Width, Rule.Id.size());
  for (const RuleInfo &Rule : allRules())
    llvm::outs() << llvm::left_justify(Rule.Id, static_cast<unsigned>(Width))
                 << "  " << Rule.Summary << '\n';
}

/// The folder as it should be: text by file name.
std::map<std::string, std::string> pages() {
  std::map<std::string, std::string> Pages;
  Pages["README.md"] = ruleIndex();
  for (const RuleInfo &Rule : allRules())
    Pages[std::string(Rule.Id) + ".md"] = rulePage(Rule);
  return Pages;
}

bool holds(const std::string &Path, llvm::StringRef Text) {
  auto Buffer = llvm::MemoryBuffer::getFile(Path);
  return Buffer && (*Buffer)->getBuffer() == Text;
}

/// Pages of the folder that no rule has.
std::vector<std::string>
strangers(const std::string &Dir,
          const std::map<std::string, std::string> &Pages) {
  std::vector<std::string> Names;
  std::error_code Code;
  for (fs::directory_iterator It(Dir, Code), End; It != End && !Code;
       It.increment(Code)) {
    llvm::StringRef Path = It->path();
    llvm::StringRef Name = Path.substr(Path.rfind('/') + 1);
    if (Name.ends_with(".md") && !Pages.count(Name.str()))
      Names.push_back(Path.str());
  }
  llvm::sort(Names);
  return Names;
}

int writePages(const Options &Opts) {
  if (std::error_code Code = fs::create_directories(Opts.MarkdownDir))
    return fail("cannot make folder '" + Opts.MarkdownDir +
                "': " + Code.message());
  auto Pages = pages();
  for (const auto &[Name, Text] : Pages) {
    std::string Path = Opts.MarkdownDir + "/" + Name;
    if (holds(Path, Text))
      continue;
    if (llvm::Error Failed =
            writeOutput(Path, [&](llvm::raw_ostream &Out) { Out << Text; }))
      return fail(std::move(Failed));
  }
  for (const std::string &Path : strangers(Opts.MarkdownDir, Pages))
    if (std::error_code Code = fs::remove(Path))
      return fail("cannot remove '" + Path + "': " + Code.message());
  return ExitClean;
}

int checkPages(const Options &Opts) {
  auto Pages = pages();
  std::vector<std::string> Stale = strangers(Opts.MarkdownDir, Pages);
  for (const auto &[Name, Text] : Pages)
    if (std::string Path = Opts.MarkdownDir + "/" + Name; !holds(Path, Text))
      Stale.push_back(Path);
  for (const std::string &Path : Stale)
    llvm::errs() << "ungil: " << Path << " is out of date\n";
  return Stale.empty() ? ExitClean : ExitFindings;
}

} // namespace

void ungil::addRules(CLI::App &App, int &Exit) {
  auto Opts = std::make_shared<Options>();
  CLI::App *Command = App.add_subcommand("rules", "List the rules");
  CLI::Option *Dir = Command->add_option(
      "--markdown-dir", Opts->MarkdownDir,
      "Write the pages of all rules and an index to this folder, and remove "
      "other .md files there");
  Dir->type_name("FOLDER");
  Command
      ->add_flag("--check", Opts->Check,
                 "With --markdown-dir: write nothing, exit 1 when a page "
                 "there is out of date")
      ->needs(Dir);
  Command->callback([Opts, &Exit] {
    if (Opts->MarkdownDir.empty())
      list();
    else
      Exit = Opts->Check ? checkPages(*Opts) : writePages(*Opts);
  });
}
