//===- Verdict.cpp - can the extension do without the GIL? ----------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Report/Verdict.h"
#include <algorithm>

using namespace ungil;

std::string ungil::countOf(size_t N, std::string_view What) {
  return std::to_string(N) + " " + std::string(What) + (N == 1 ? "" : "s");
}

std::string ungil::verdictText(const Report &Report, std::string_view Bold) {
  std::string Word = Report.Verdict;
  std::replace(Word.begin(), Word.end(), '-', ' ');
  std::string Text = std::string(Bold) + Word + std::string(Bold) + ": ";
  if (Report.Because.empty())
    return Text + "everything was read, and no rule has anything to say";
  for (const std::string &Clause : Report.Because)
    Text += (&Clause == &Report.Because.front() ? "" : "; ") + Clause;
  return Text;
}

void ungil::judge(Report &Report) {
  const Coverage &C = Report.Cover;
  size_t Open = 0, Lesser = 0;
  for (const Finding &F : Report.Findings)
    ++(F.Sev >= Severity::Warning && F.Conf >= Confidence::Medium ? Open
                                                                  : Lesser);
  Report.Because.clear();
  auto Note = [&](size_t N, const char *What, const char *Is) {
    if (N != 0)
      Report.Because.push_back(countOf(N, What) + Is);
    return N != 0;
  };
  bool NotReady = Note(Open, "finding", " of medium or high confidence");
  // Silence about code nobody read is no verdict.
  bool Unknown = C.Analysed == 0;
  if (Unknown)
    Report.Because.emplace_back("no function was analysed");
  Unknown |= Note(C.Files - std::min(C.Parsed, C.Files), "file", " not read");
  if (C.Analysed != 0)
    Unknown |= Note(C.Functions - std::min(C.Analysed, C.Functions), "function",
                    " not analysed");
  bool Notes = Note(Lesser, "note", " (low confidence, or of little weight)");
  Notes |= Note(Report.Answers.size(), "finding", " answered by the authors");
  Notes |= Note(C.WithErrors, "file", " read with errors");
  Notes |= Note(C.RulesOff.size(), "rule", " not asked for");
  Report.Verdict = NotReady  ? "not-ready"
                   : Unknown ? "unknown"
                   : Notes   ? "ready-with-notes"
                             : "ready";
}
