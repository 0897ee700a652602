//===- UnitAnalysis.h - one translation unit inside clang-tidy --*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   ASTContext ── extract ──► TuFacts ── link ──► Program ── rules ──► Report
//
// clang-tidy makes one check object per rule and translation unit. They share
// one UnitAnalysis, which does all of this once, when the first of them asks.
// Nothing here knows clang-tidy.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_TIDY_UNITANALYSIS_H
#define UNGIL_TIDY_UNITANALYSIS_H

#include "Api/Api.h"
#include "Config/Settings.h"
#include "Extract/Extract.h"
#include "Link/Program.h"
#include "Report/Finding.h"
#include "Report/RuleInfo.h"
#include "Support/SourceCache.h"
#include "clang/Basic/SourceLocation.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace clang {
class ASTContext;
class Preprocessor;
class SourceManager;
} // namespace clang

namespace ungil {

class UnitAnalysis {
public:
  /// The analysis of the unit \p PP reads: the one other checks hold, or a
  /// new one, attached to \p PP. Call before the main file is entered.
  static std::shared_ptr<UnitAnalysis> of(clang::Preprocessor &PP);

  UnitAnalysis(const UnitAnalysis &) = delete;
  UnitAnalysis &operator=(const UnitAnalysis &) = delete;

  /// Asks for the findings of \p Rule, before the first call of report().
  void enable(const RuleInfo &Rule) { Enabled.push_back(&Rule); }

  /// How to judge, before the first call of report().
  void configure(const Settings &All) { Config = All; }

  /// The findings of the enabled rules, of every confidence. Comments in
  /// ungil's own spelling have been applied; NOLINT is left to clang-tidy.
  /// Empty for a unit that does not reach Python.h.
  const Report &report(clang::ASTContext &Context);

  /// The `#include` of the main file that brings Python.h, when it was read
  /// without Py_GIL_DISABLED. Valid for one caller per process.
  clang::SourceLocation takeMissingDefine(const clang::SourceManager &Sources);

  /// What is wrong with the configuration. Empty for all but one caller.
  std::string takeProblem() { return std::exchange(Problem, {}); }

  /// Where byte \p Offset of a file of the report is; invalid when the unit
  /// did not read that file.
  clang::SourceLocation location(const clang::SourceManager &Sources,
                                 FileId File, uint32_t Offset) const;

private:
  explicit UnitAnalysis(clang::Preprocessor &PP);

  void listFiles(const clang::SourceManager &Sources);
  std::vector<const RuleInfo *> rulesToRun() const;
  const Api &knownApi(Api &Extended);
  SourceCache texts(const clang::SourceManager &Sources) const;
  void applyComments(const Program &Linked,
                     const std::vector<const RuleInfo *> &Ran,
                     SourceCache &Texts);

  clang::Preprocessor &PP;
  ExtractOptions Options;
  std::shared_ptr<PreprocessorRecord> Record;
  std::vector<const RuleInfo *> Enabled;
  Settings Config;
  std::string Problem;
  llvm::StringMap<clang::FileID> Files; ///< by absolute, normalised path
  llvm::StringSet<> UserFiles;
  bool Done = false;
  bool GilDisabled = false;
  Report Result;
};

} // namespace ungil

#endif
