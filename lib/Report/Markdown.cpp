//===- Markdown.cpp - reports for comments and job summaries --------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Report/Names.h"
#include "Report/Output.h"

using namespace ungil;

namespace {

/// What Markdown services take at least: GitHub 1 MiB a step.
constexpr size_t MaxBytes = size_t(1000) * 1000;

std::string row(const Report &Report, const Finding &F) {
  std::string Where = fileName(Report, F.Range.File);
  if (F.Range.Line != 0)
    Where += ":" + std::to_string(F.Range.Line);
  return "| " + markdown(Where) + " | " + markdown(F.Message) + " | " +
         markdown(F.Rule) + " | " + std::string(name(F.Conf)) + " |\n";
}

} // namespace

void ungil::writeMarkdown(const Report &Report, llvm::raw_ostream &Out) {
  size_t Count = Report.Findings.size();
  Out << "## ungil: "
      << (Count == 0
              ? "no findings"
              : std::to_string(Count) + (Count == 1 ? " finding" : " findings"))
      << "\n\n"
      << markdown(summary(Report)) << "\n";
  if (Count == 0)
    return;
  Out << "\n| where | what | rule | confidence |\n|---|---|---|---|\n";
  size_t Bytes = 0, Left = Count;
  for (const Finding *F : worstFirst(Report)) {
    std::string Row = row(Report, *F);
    Bytes += Row.size();
    if (Bytes > MaxBytes)
      break;
    Out << Row;
    --Left;
  }
  if (Left != 0)
    Out << "\n" << Left << " more findings do not fit here.\n";
}
