//===- Statistics.cpp - the table of --statistics -------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Report/Names.h"
#include "Report/Output.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Format.h"
#include <map>

using namespace ungil;

namespace {

constexpr unsigned NameWidth = 26, CellWidth = 8;

/// Findings of one rule by confidence.
struct Counts {
  uint32_t By[3] = {};
};

} // namespace

void ungil::writeStatistics(const Report &Report, const Timings &Times,
                            llvm::raw_ostream &Out) {
  std::map<std::string, Counts> Rules;
  for (const auto &[Rule, Sites] : Report.Cover.Sites)
    Rules[Rule];
  for (const Finding &F : Report.Findings)
    ++Rules[F.Rule].By[static_cast<size_t>(F.Conf)];

  auto Row = [&](llvm::StringRef Name) -> llvm::raw_ostream & {
    return Out << llvm::left_justify(Name, NameWidth);
  };
  auto Cell = [&](llvm::StringRef Text) {
    Out << llvm::right_justify(Text, CellWidth);
  };
  Row("rule");
  for (const char *Head : {"high", "medium", "low", "sites"})
    Cell(Head);
  Out << '\n';
  for (const auto &[Rule, Count] : Rules) {
    Row(Rule);
    for (Confidence Conf :
         {Confidence::High, Confidence::Medium, Confidence::Low})
      Cell(std::to_string(Count.By[static_cast<size_t>(Conf)]));
    auto Sites = Report.Cover.Sites.find(Rule);
    Cell(Sites == Report.Cover.Sites.end()
             ? "-"
             : std::to_string(Sites->second.Seen));
    Out << '\n';
  }
  const Coverage &C = Report.Cover;
  Row("files");
  Cell(std::to_string(C.Files));
  Out << ", " << C.Parsed << " parsed, " << C.FromCache << " from the cache, "
      << C.WithErrors << " with errors, " << C.LeftOut << " left out\n";
  Row("functions");
  Cell(std::to_string(C.Functions));
  Out << ", " << C.Analysed << " analysed\n";
  for (const auto &[Step, Seconds] : Times) {
    Row("time: " + Step);
    Out << llvm::format("%8.3f s\n", Seconds);
  }
}
