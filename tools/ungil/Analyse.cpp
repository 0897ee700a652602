//===- Analyse.cpp - from facts to a report -------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Analyse.h"
#include "Inventory/Take.h"
#include "Link/Link.h"
#include "Report/Finalize.h"
#include "Report/Suppress.h"
#include "Rules/Common.h"
#include "Rules/DeclaredBut.h"
#include "Rules/Sites.h"
#include "Rules/Translated.h"
#include "Support/PathPattern.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <chrono>
#include <map>
#include <string>

using namespace ungil;

namespace {

double now() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// One sentence on what the front end could not read, with its most frequent
/// reason: usually a header that is not there.
void remarkOnErrors(const std::map<std::string, unsigned> &FilesByReason,
                    Report &Out) {
  if (FilesByReason.empty())
    return;
  auto Most = std::max_element(
      FilesByReason.begin(), FilesByReason.end(),
      [](const auto &A, const auto &B) { return A.second < B.second; });
  auto Files = [](unsigned N) {
    return std::to_string(N) + (N == 1 ? " file" : " files");
  };
  Out.Remarks.push_back(
      {Severity::Note, "",
       Files(Out.Cover.WithErrors) +
           " could not be read completely; most "
           "often: " +
           Most->first + " (" + Files(Most->second) +
           "); a compilation database (`ungil record`) or the missing headers "
           "help"});
}

/// Takes the facts out of \p Units and counts what became of each.
std::vector<TuFacts> takeFacts(std::vector<UnitResult> &Units,
                               const ScanPlan &Plan, Report &Out) {
  std::vector<TuFacts> Facts;
  std::map<std::string, unsigned> FilesByReason;
  Out.Cover.Files = static_cast<uint32_t>(Units.size());
  for (size_t I = 0; I < Units.size(); ++I) {
    UnitResult &Unit = Units[I];
    SourceStatus &Status = Out.Cover.Sources.emplace_back();
    Status.File = Plan.Units[I].File;
    if (Unit.How != UnitResult::State::Parsed) {
      Status.How = SourceStatus::NotRead;
      Status.Why = Unit.Message;
      Out.Remarks.push_back(
          {Severity::Error, Plan.Units[I].File, Unit.Message});
      continue;
    }
    ++Out.Cover.Parsed;
    Out.Cover.FromCache += Unit.FromCache;
    Out.Cover.WithErrors += !Unit.Facts.Errors.empty();
    if (!Unit.Facts.Errors.empty()) {
      Status.How = SourceStatus::Partly;
      Status.Why = Unit.Facts.Errors.front().Message;
      ++FilesByReason[Status.Why];
    }
    Facts.push_back(std::move(Unit.Facts));
  }
  for (const LeftOut &File : Plan.Out)
    Out.Cover.Sources.push_back({File.File, SourceStatus::LeftOut, File.Why});
  remarkOnErrors(FilesByReason, Out);
  return Facts;
}

void describeProgram(const Program &Linked, const ScanPlan &Plan, Report &Out) {
  const TuFacts &Facts = Linked.Facts;
  for (const FileFact &File : Facts.Files)
    Out.Files.push_back(File.Path);
  Out.Cover.Functions = Facts.FunctionsSeen;
  Out.Cover.Analysed = Facts.FunctionsAnalysed;
  Out.Cover.PythonVersion =
      Facts.PythonVersion.empty() ? Plan.Python.Version : Facts.PythonVersion;
  Out.Cover.FreeThreaded = Facts.GilDisabled;
  for (const ModuleDecl &Module : Facts.Modules)
    Out.Cover.Modules.push_back(Module.Name);
  llvm::sort(Out.Cover.Modules);
  Out.Cover.Modules.erase(llvm::unique(Out.Cover.Modules),
                          Out.Cover.Modules.end());
  for (const Function &F : Facts.Functions)
    if (const Entity &E = Linked.entity(F.Id);
        E.has(EF_HasError) && !E.has(EF_SystemHeader))
      Out.Cover.NotAnalysed.push_back({E.Loc, E.Name});
}

/// To know which suppressions are unused, the rules they name must run even
/// when nobody asked for their findings.
std::vector<const RuleInfo *> rulesToRun(const AnalyseOptions &Options) {
  bool WantsUnused =
      llvm::is_contained(Options.Selected, findRule("unused-suppression"));
  return WantsUnused ? Options.Enabled : Options.Selected;
}

void runRules(const Program &Linked, llvm::ArrayRef<const RuleInfo *> Rules,
              Report &Out) {
  for (const RuleInfo *Rule : Rules) {
    if (!Rule->Run)
      continue;
    FindingList Found = Rule->Run(Linked);
    llvm::move(Found, std::back_inserter(Out.Findings));
  }
}

SuppressionOptions suppressionOptions(const AnalyseOptions &Options,
                                      llvm::ArrayRef<const RuleInfo *> Ran) {
  SuppressionOptions Result;
  for (const RuleInfo &Rule : allRules())
    Result.Known.emplace_back(Rule.Id);
  for (const RuleInfo *Rule : Ran)
    if (Rule->Run)
      Result.Ran.emplace_back(Rule->Id);
  Result.ReportUnused =
      llvm::is_contained(Options.Selected, findRule("unused-suppression"));
  Result.NeedReasons = Options.NeedReasons;
  Result.Hide = !Options.ShowSuppressed;
  Result.Least = Options.Least;
  return Result;
}

/// Findings nobody asked for: of rules that are not selected, here or at all,
/// and in files that are excluded (headers; no unit of \p Plan is).
void keepSelected(const AnalyseOptions &Options, const ScanPlan &Plan,
                  Report &Out) {
  auto IsUnit = [&](const std::string &Path) {
    return llvm::any_of(Plan.Units, [&](const TranslationUnit &Unit) {
      return Unit.File == Path;
    });
  };
  auto IsExcluded = [&](const std::string &Path) {
    return llvm::any_of(Options.Exclude, [&](const std::string &Pattern) {
      return matchesPath(Pattern, Path) && !IsUnit(Path);
    });
  };
  auto IsIgnored = [&](const std::string &Path, const Finding &F) {
    return llvm::any_of(Options.PerFileIgnores, [&](const PatternRule &P) {
      return (P.Rule == AllRules || P.Rule == F.Rule) &&
             matchesPath(P.Pattern, Path);
    });
  };
  llvm::erase_if(Out.Findings, [&](const Finding &F) {
    if (llvm::none_of(Options.Selected,
                      [&](const RuleInfo *Rule) { return Rule->Id == F.Rule; }))
      return true;
    if (F.Range.File >= Out.Files.size())
      return false;
    const std::string &Path = Out.Files[F.Range.File];
    return IsExcluded(Path) || IsIgnored(Path, F);
  });
}

} // namespace

StepTimer::StepTimer(Timings &Times, const char *Step)
    : Times(Times), Step(Step), Start(now()) {}

StepTimer::~StepTimer() { Times.emplace_back(Step, now() - Start); }

Report ungil::analyse(const ScanPlan &Plan, std::vector<UnitResult> Units,
                      const Api &Known, const AnalyseOptions &Options,
                      SourceCache &Sources, Timings &Times) {
  Report Out;
  Out.Root = Plan.Root;
  Out.Remarks = Plan.Remarks;
  Out.Cover.LeftOut = static_cast<uint32_t>(Plan.Out.size());
  llvm::append_range(Out.Remarks, remarksOn(Units));
  std::vector<TuFacts> Facts = takeFacts(Units, Plan, Out);
  Program Linked = [&] {
    StepTimer Timer(Times, "link");
    return link(std::move(Facts), Known);
  }();
  Linked.Objects = Options.Objects;
  describeProgram(Linked, Plan, Out);

  for (const RuleInfo &Rule : allRules())
    if (!llvm::is_contained(Options.Selected, &Rule))
      Out.Cover.RulesOff.emplace_back(Rule.Id);
  std::vector<const RuleInfo *> Rules = rulesToRun(Options);
  {
    StepTimer Timer(Times, "rules");
    runRules(Linked, Rules, Out);
    for (const RuleInfo *Rule : Options.Selected)
      Out.Cover.Sites[std::string(Rule->Id)].Seen = countSites(Linked, *Rule);
  }
  rules::lowerInBrokenBodies(Linked, Out.Findings);
  rules::leaveToAuthors(Linked, Out.Findings);
  finalize(Out, Sources);
  if (Options.TakeInventory) {
    StepTimer Timer(Times, "inventory");
    Out.State = takeInventory(Linked, Out.Findings);
  }
  SuppressionOptions How = suppressionOptions(Options, Rules);
  How.Late = [&](Report &Left) {
    if (!Options.ShowSuppressed)
      applyReviewed(Linked, Options.Reviewed, Options.NeedReasons,
                    Options.Least, Left);
    FindingList All = Left.Findings;
    addDeclaredBut(Linked, All);
    All.erase(All.begin(), All.begin() + Left.Findings.size());
    return All;
  };
  applySuppressions(Out, Linked.Facts.Comments, How, Sources);
  keepSelected(Options, Plan, Out);
  // Once more: the verdict speaks of the rules that were asked for.
  finalize(Out, Sources);
  if (!Options.ShowSuppressed)
    applyBaseline(Out, Options.Known, Options.Least);
  if (Options.Since)
    keepChanged(Out, *Options.Since, Options.Least);
  dropBelow(Out, Options.Least);
  if (Options.PlanFixes) {
    StepTimer Timer(Times, "fixes");
    std::vector<std::string> Unread;
    for (const LeftOut &File : Plan.Out)
      Unread.push_back(File.File);
    planFixes({Linked, Sources, Options.Fixes, &Unread}, Options.Selected,
              Out.Findings);
  }
  return Out;
}
