//===- DiffBase.cpp - what a change brings --------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DiffBase.h"
#include "Driver/Files.h"
#include "Support/Git.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <limits>
#include <map>

using namespace ungil;
using llvm::StringRef;

namespace {

llvm::Error usage(const std::string &What) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(),
                                 "--diff-base: " + What);
}

class Checkout {
public:
  static llvm::Expected<Checkout> at(const std::string &Folder) {
    Checkout C;
    auto Top = runGit(Folder, {"rev-parse", "--show-toplevel"});
    if (!Top)
      return usage("'" + Folder + "' is not in a git checkout (" +
                   llvm::toString(Top.takeError()) +
                   "); scan one, or compare with a baseline (--baseline)");
    C.Top = canonicalFolder(StringRef(*Top).trim());
    return C;
  }

  /// Finds the commit to compare with.
  llvm::Error setBase(const std::string &Revision) {
    auto Known = runGit(Top, {"rev-parse", "--verify", "--quiet",
                              "--end-of-options", Revision + "^{commit}"});
    if (!Known) {
      llvm::consumeError(Known.takeError());
      return usage("git knows no revision '" + Revision +
                   "' here; a shallow clone has to fetch it first (git fetch "
                   "origin " +
                   Revision + ")");
    }
    Base = StringRef(*Known).trim().str();
    // A branch that went on since is not this change.
    auto Shared = runGit(Top, {"merge-base", Base, "HEAD"});
    if (Shared)
      Base = StringRef(*Shared).trim().str();
    else // nothing in common: the revision as it is
      llvm::consumeError(Shared.takeError());
    return llvm::Error::success();
  }

  /// Reads what is different now: the lines, and the old text of C and C++
  /// files by the path they have now.
  llvm::Error compare() {
    auto Names = runGit(Top, diff({"--name-status", "-z"}));
    auto Hunks =
        runGit(Top, diff({"-U0", "--src-prefix=a/", "--dst-prefix=b/"}));
    auto New =
        runGit(Top, {"ls-files", "--others", "--exclude-standard", "-z"});
    llvm::Error Bad = llvm::Error::success();
    for (auto *Said : {&Names, &Hunks, &New})
      if (!*Said)
        Bad = llvm::joinErrors(std::move(Bad), Said->takeError());
    if (Bad)
      return Bad;
    for (auto &[File, Ranges] : parseDiff(*Hunks))
      Lines[path(File)] = std::move(Ranges);
    llvm::SmallVector<StringRef, 0> Files;
    StringRef(*New).split(Files, '\0', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
    for (StringRef File : Files)
      if (kindOf(File) != FileKind::Other) {
        Lines[path(File)] = {{1, std::numeric_limits<uint32_t>::max()}};
        OldText[path(File)] = "";
      }
    return readOldText(*Names);
  }

  ChangedLines Lines;                         ///< by absolute path
  std::map<std::string, std::string> OldText; ///< likewise

private:
  std::string path(StringRef File) const { return joinPath(Top, File); }

  std::vector<std::string> diff(std::vector<std::string> Options) const {
    std::vector<std::string> Args = {
        "-c",         "core.quotePath=false", "diff",
        "--no-color", "--no-ext-diff",        "--no-textconv",
        "-M"};
    llvm::append_range(Args, Options);
    Args.push_back(Base);
    Args.push_back("--");
    return Args;
  }

  /// \p Names: `M <0> file <0>`, `R100 <0> old <0> new <0>`.
  llvm::Error readOldText(StringRef Names) {
    llvm::SmallVector<StringRef, 0> Parts;
    Names.split(Parts, '\0', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
    for (size_t I = 0; I + 1 < Parts.size(); I += 2) {
      char Status = Parts[I].front();
      StringRef Old = Parts[I + 1], Now = Old;
      if ((Status == 'R' || Status == 'C') && I + 2 < Parts.size())
        Now = Parts[++I + 1];
      if (kindOf(Now) == FileKind::Other)
        continue;
      std::string &Text = OldText[path(Now)];
      if (Status == 'A')
        continue; // there was nothing
      auto Shown = runGit(Top, {"show", Base + ":" + Old.str()});
      if (!Shown)
        return Shown.takeError();
      Text = std::move(*Shown);
    }
    return llvm::Error::success();
  }

  std::string Top, Base;
};

} // namespace

llvm::Expected<Change>
ungil::changeSince(const std::string &Revision, const ScanPlan &Plan,
                   const std::vector<UnitResult> &Units, const Api &Known,
                   AnalyseOptions Options, Timings &Times) {
  auto Tree = Checkout::at(Plan.Root);
  if (!Tree)
    return Tree.takeError();
  if (llvm::Error Bad = Tree->setBase(Revision))
    return std::move(Bad);
  if (llvm::Error Bad = Tree->compare())
    return std::move(Bad);

  ScanPlan Old = Plan;
  Old.Edited = Tree->OldText;
  Old.Units.clear();
  std::vector<size_t> Again;
  // Facts do not name every header that a unit reads: one that changed is
  // taken to be read by all.
  auto IsUnit = [&](const auto &Changed) {
    return llvm::any_of(Plan.Units, [&](const TranslationUnit &Unit) {
      return Unit.File == Changed.first;
    });
  };
  bool Everywhere = !llvm::all_of(Old.Edited, IsUnit);
  for (size_t I = 0; I != Units.size(); ++I)
    if (Everywhere || Old.Edited.count(Plan.Units[I].File)) {
      Again.push_back(I);
      Old.Units.push_back(Plan.Units[I]);
    }
  std::vector<UnitResult> Before = Units, Parsed = parse(Old);
  for (size_t I = 0; I != Again.size(); ++I)
    Before[Again[I]] = std::move(Parsed[I]);

  SourceCache Sources;
  for (const auto &[Path, Text] : Tree->OldText)
    Sources.put(Path, Text);
  Options.Least = Confidence::Low;
  Options.PlanFixes = false;
  Change Since;
  Since.Lines = std::move(Tree->Lines);
  for (const Finding &F :
       analyse(Plan, std::move(Before), Known, Options, Sources, Times)
           .Findings)
    Since.Before.insert(F.Fingerprint);
  return Since;
}
