//===- Changes.cpp - findings that a change is about ----------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Report/Changes.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include <algorithm>
#include <optional>
#include <tuple>

using namespace ungil;
using llvm::StringRef;

namespace {

/// One side of `@@ -3,2 +5 @@`: where it begins and how many lines it has.
struct Side {
  uint32_t First = 0, Count = 1;
};

std::optional<Side> takeSide(StringRef &Text, char Sign) {
  Side S;
  if (!Text.consume_front(StringRef(&Sign, 1)) ||
      Text.consumeInteger(10, S.First))
    return std::nullopt;
  if (Text.consume_front(",") && Text.consumeInteger(10, S.Count))
    return std::nullopt;
  Text = Text.ltrim(' ');
  return S;
}

bool touches(const Change &Since, const Report &Report,
             const SourceRange &Range) {
  if (Range.File >= Report.Files.size())
    return false;
  auto Lines = Since.Lines.find(Report.Files[Range.File]);
  uint32_t Last = std::max(Range.Line, Range.EndLine);
  return Lines != Since.Lines.end() &&
         llvm::any_of(Lines->second, [&](const auto &Changed) {
           return Changed.first <= Last && Range.Line <= Changed.second;
         });
}

} // namespace

ChangedLines ungil::parseDiff(std::string_view Diff) {
  ChangedLines All;
  std::string File;
  // Lines of a hunk that are still to come: an added line may look like a
  // header.
  uint32_t Removed = 0, Added = 0;
  StringRef Rest(Diff), Line;
  while (!Rest.empty()) {
    std::tie(Line, Rest) = Rest.split('\n');
    if (Removed != 0 && Line.starts_with("-")) {
      --Removed;
    } else if (Added != 0 && Line.starts_with("+")) {
      --Added;
    } else if (Line.consume_front("+++ ")) {
      // A name with blanks ends with a tab.
      Line = Line.split('\t').first;
      File = Line.consume_front("b/") ? Line.str() : std::string();
    } else if (Line.consume_front("@@ ")) {
      auto Old = takeSide(Line, '-'), New = takeSide(Line, '+');
      if (!Old || !New)
        continue;
      Removed = Old->Count;
      Added = New->Count;
      if (!File.empty() && New->Count != 0)
        All[File].emplace_back(New->First, New->First + New->Count - 1);
    }
  }
  return All;
}

void ungil::keepChanged(Report &Report, const Change &Since, Confidence Least) {
  llvm::erase_if(Report.Findings, [&](const Finding &F) {
    if (!Since.Before.count(F.Fingerprint) || touches(Since, Report, F.Range))
      return false;
    Report.Unchanged += F.Conf >= Least;
    return true;
  });
}
