//===- TidyChecks.cpp - the rules as clang-tidy checks --------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Registers every rule as check `ungil-<id>` and hands its findings to
// clang-tidy. All that knows clang-tidy is in this file; UnitAnalysis.h has
// the analysis itself.
//
// Options, local to a check or global, have the names of the configuration
// file (Config/Options.h); items of lists are separated by `;`. One is for the
// plugin alone:
//
//   suggested-fixes  also attach edits that need a human look (default false)
//
//===----------------------------------------------------------------------===//

#include "Config/Settings.h"
#include "Report/Finding.h"
#include "Report/Names.h"
#include "Rules/Rules.h"
#include "UnitAnalysis.h"
#include "clang-tidy/ClangTidyCheck.h"
#include "clang-tidy/ClangTidyModule.h"
#include "clang/AST/ASTContext.h"
#include "clang/ASTMatchers/ASTMatchFinder.h"
#include "clang/ASTMatchers/ASTMatchers.h"
#include "clang/Lex/Preprocessor.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Registry.h"
#include <memory>
#include <set>
#include <string>
#include <tuple>

using namespace clang;
using namespace clang::tidy;
using llvm::StringRef;

namespace ungil {
namespace {

class RuleCheck : public ClangTidyCheck {
public:
  RuleCheck(const RuleInfo &Rule, StringRef Name, ClangTidyContext *Context)
      : ClangTidyCheck(Name, Context), Rule(Rule), Given(readSettings()),
        Least(*parseConfidence(Given.text(Option::MinConfidence))),
        SuggestedFixes(Options.getLocalOrGlobal("suggested-fixes", false)) {}

  void storeOptions(ClangTidyOptions::OptionMap &Opts) override {
    for (const OptionInfo &Info : optionTable())
      if (Info.InTidy)
        Options.store(Opts, Info.Key,
                      StringRef(llvm::join(Given.list(Info.Id), ";")));
    Options.store(Opts, "suggested-fixes", SuggestedFixes);
  }

  void registerPPCallbacks(const SourceManager &, Preprocessor *PP,
                           Preprocessor *) override {
    Unit = UnitAnalysis::of(*PP);
    Unit->enable(Rule);
    Unit->configure(Given);
  }

  /// The match only brings the ASTContext: the walk is Extract's.
  void registerMatchers(ast_matchers::MatchFinder *Finder) override {
    Finder->addMatcher(ast_matchers::translationUnitDecl(), this);
  }

  void check(const ast_matchers::MatchFinder::MatchResult &Result) override {
    const SourceManager &Sources = *Result.SourceManager;
    const Report &Report = Unit->report(*Result.Context);
    if (SourceLocation Loc = Unit->takeMissingDefine(Sources); Loc.isValid())
      sayMissingDefine(Loc);
    if (std::string Problem = Unit->takeProblem(); !Problem.empty())
      configurationDiag("%0") << Problem;
    for (const Finding &F : Report.Findings)
      if (F.Rule == Rule.Id && F.Conf >= Least)
        show(F, Sources);
  }

private:
  /// A value nobody knows is said and the default is used.
  Settings readSettings() {
    Settings All;
    for (const OptionInfo &Info : optionTable()) {
      StringRef Text =
          Info.InTidy ? Options.getLocalOrGlobal(Info.Key, "") : "";
      SmallVector<StringRef, 4> Items;
      Text.split(Items, ';', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
      std::vector<std::string> Good;
      for (StringRef Item : Items) {
        std::string Bad = problemWith(Info, Item, {});
        if (Bad.empty())
          Good.push_back(Item.str());
        else
          configurationDiag("invalid configuration value for option '%0': %1")
              << StringRef(Info.Key) << Bad;
      }
      if (!Good.empty())
        All.set(Info.Id, std::move(Good), "CheckOptions");
    }
    return All;
  }

  SourceLocation start(const SourceRange &R,
                       const SourceManager &Sources) const {
    return Unit->location(Sources, R.File, R.Offset);
  }

  CharSourceRange chars(FileId File, uint32_t Offset, uint32_t Length,
                        const SourceManager &Sources) const {
    SourceLocation Begin = Unit->location(Sources, File, Offset);
    SourceLocation End = Unit->location(Sources, File, Offset + Length);
    if (Begin.isInvalid() || End.isInvalid())
      return {};
    return CharSourceRange::getCharRange(Begin, End);
  }

  void show(const Finding &F, const SourceManager &Sources) {
    SourceLocation Loc = start(F.Range, Sources);
    if (Loc.isInvalid()) // about the module as a whole
      Loc = Sources.getLocForStartOfFile(Sources.getMainFileID());
    bool Fixed = false;
    {
      // "%0": the text may hold a per cent sign.
      DiagnosticBuilder Shown = diag(Loc, "%0") << F.Message;
      CharSourceRange Marked =
          chars(F.Range.File, F.Range.Offset, F.Range.Length, Sources);
      if (Marked.isValid())
        Shown << Marked;
      Fixed = addFix(F.Fix, Sources, Shown);
    }
    note(Loc, F.Why);
    note(Loc, F.Help);
    if (!Fixed)
      note(Loc, F.Fix.Title);
    for (const Note &N : F.Notes)
      note(start(N.Range, Sources), N.Message);
    for (const Note &N : F.Trace)
      note(start(N.Range, Sources), N.Message);
  }

  /// Notes without a place are dropped by clang-tidy's filters.
  void note(SourceLocation Loc, StringRef Text) {
    if (Loc.isValid() && !Text.empty())
      diag(Loc, "%0", DiagnosticIDs::Note) << Text;
  }

  /// All edits or none: half a fix does not compile.
  bool addFix(const FixPlan &Fix, const SourceManager &Sources,
              const DiagnosticBuilder &Shown) {
    bool Wanted = Fix.How == Applicability::Safe ||
                  (Fix.How == Applicability::Suggested && SuggestedFixes);
    if (!Wanted || Fix.Edits.empty())
      return false;
    std::vector<FixItHint> Hints;
    for (const Edit &E : Fix.Edits) {
      if (E.Once && !Shared.insert({E.File, E.Offset, E.Text}).second)
        continue; // clang-tidy would insert it again
      CharSourceRange Where = chars(E.File, E.Offset, E.Length, Sources);
      if (Where.isInvalid())
        return false;
      Hints.push_back(FixItHint::CreateReplacement(Where, E.Text));
    }
    for (const FixItHint &Hint : Hints)
      Shown << Hint;
    return true;
  }

  void sayMissingDefine(SourceLocation Loc) {
    diag(Loc, "Python.h is read without Py_GIL_DISABLED, so critical sections "
              "are empty and code they protect may be reported; add "
              "'-DPy_GIL_DISABLED=1' to ExtraArgs in .clang-tidy, or run "
              "ungil-tidy instead of clang-tidy");
  }

  const RuleInfo &Rule;
  const Settings Given;
  const Confidence Least;
  const bool SuggestedFixes;
  std::shared_ptr<UnitAnalysis> Unit;
  /// Edits that several fixes need once, made by one of them.
  std::set<std::tuple<FileId, uint32_t, std::string>> Shared;
};

class UngilTidy : public ClangTidyModule {
public:
  void addCheckFactories(ClangTidyCheckFactories &Factories) override {
    for (const RuleInfo &Rule : allRules())
      Factories.registerCheckFactory(
          "ungil-" + std::string(Rule.Id),
          [&Rule](StringRef Name, ClangTidyContext *Context) {
            return std::make_unique<RuleCheck>(Rule, Name, Context);
          });
  }
};

/// clang-tidy's own alias for this registry changed headers between releases.
const llvm::Registry<ClangTidyModule>::Add<UngilTidy>
    Registered("ungil", "CPython extensions without the GIL.");

} // namespace
} // namespace ungil
