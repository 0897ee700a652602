//===- RuleInfo.h - a rule as outputs describe it ---------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One row of the table of rules (Rules/Rules.h). It lives here because SARIF
// describes the rules it names.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_REPORT_RULEINFO_H
#define UNGIL_REPORT_RULEINFO_H

#include "Report/Finding.h"
#include <string_view>
#include <vector>

namespace ungil {

class Program;
struct FixContext;

/// A rule reads the linked program and says what it found.
using RuleFunction = FindingList (*)(const Program &);

/// Plans how to mend one finding of the rule (Fix/Fix.h).
using FixFunction = FixPlan (*)(const FixContext &, const Finding &);

/// A rule as its rule.md describes it. All text lives as long as the program.
struct RuleInfo {
  std::string_view Id;        ///< `borrowed-ref`
  std::string_view Name;      ///< `BorrowedRef`, for SARIF
  std::string_view Summary;   ///< one sentence
  std::string_view Precision; ///< very-high | high | medium | low
  std::string_view Tags;      ///< separated by `, `
  std::string_view Markdown;  ///< the page without its front matter
  Severity Default = Severity::Warning;
  RuleFunction Run = nullptr;  ///< null: found elsewhere (unused-suppression)
  FixFunction Plan = nullptr;  ///< null: by hand only
  std::string_view Sites = {}; ///< what it looks at (Rules/Sites.h), or empty
};

} // namespace ungil

#endif
