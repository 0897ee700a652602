//===- Markdown.cpp - reports for comments and job summaries --------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Report/Names.h"
#include "Report/Output.h"
#include <string>
#include <vector>

using namespace ungil;

namespace {

std::string row(const Report &Report, const Finding &F) {
  std::string Where = fileName(Report, F.Range.File);
  if (F.Range.Line != 0)
    Where += ":" + std::to_string(F.Range.Line);
  return "| " + markdown(Where) + " | " + markdown(F.Message) + " | " +
         markdown(F.Rule) + " | " + std::string(name(F.Conf)) + " |\n";
}

/// Of findings that are not in the table.
std::string moreFindings(size_t Count) {
  return "\n" + std::to_string(Count) +
         (Count == 1 ? " more finding does" : " more findings do") +
         " not fit here: `ungil scan` prints all, `ungil scan --format html` "
         "makes a page of them.\n";
}

} // namespace

void ungil::writeMarkdown(const Report &Report, size_t MaxBytes,
                          llvm::raw_ostream &Out) {
  size_t Count = Report.Findings.size();
  std::string Text =
      "## ungil: " +
      (Count == 0
           ? "no findings"
           : std::to_string(Count) + (Count == 1 ? " finding" : " findings")) +
      "\n\n" + markdown(summary(Report)) + "\n";
  if (Count != 0)
    Text += "\n| where | what | rule | confidence |\n|---|---|---|---|\n";
  std::vector<std::string> Rows;
  size_t Size = Text.size();
  for (const Finding *F : worstFirst(Report))
    Size += Rows.emplace_back(row(Report, *F)).size();
  size_t Room = Size <= MaxBytes ? Size : MaxBytes - moreFindings(Count).size();
  size_t Shown = 0;
  while (Shown != Count && Text.size() + Rows[Shown].size() <= Room)
    Text += Rows[Shown++];
  if (Shown != Count)
    Text += moreFindings(Count - Shown);
  Out << Text;
}
