//===- Baseline.cpp - findings that are known -----------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Report/Baseline.h"
#include "Report/Names.h"
#include "Support/Printable.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/FileSystem.h"
#include <algorithm>
#include <set>
#include <tuple>

using namespace ungil;
using llvm::StringRef;

namespace {

constexpr const char *Head =
    "# ungil baseline 1: findings that were there when this was written.\n"
    "# rule, file, function, entity, fingerprint. Lines may be removed; `ungil "
    "scan\n# --prune-baseline` removes those that are gone.\n";

auto key(const BaselineEntry &E) {
  return std::tie(E.File, E.Rule, E.Function, E.Entity, E.Fingerprint);
}

/// A part of a line: without tabs, `-` for nothing.
std::string field(std::string_view Text) {
  std::string Out = printable(Text);
  std::replace(Out.begin(), Out.end(), '\t', ' ');
  return Out.empty() ? "-" : Out;
}

bool isFingerprint(StringRef Text) {
  return !Text.empty() && llvm::all_of(Text, llvm::isHexDigit);
}

llvm::Error badLine(const std::string &Path, size_t Line,
                    const std::string &Why) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(),
                                 Path + ":" + std::to_string(Line) + ": " +
                                     Why);
}

bool isConflict(StringRef Line) {
  return Line.starts_with("<<<<<<<") || Line.starts_with("=======") ||
         Line.starts_with(">>>>>>>");
}

} // namespace

llvm::Expected<Baseline> ungil::parseBaseline(std::string_view Text,
                                              const std::string &Path) {
  Baseline Entries;
  llvm::SmallVector<StringRef, 0> Lines;
  StringRef(Text).split(Lines, '\n');
  for (size_t I = 0; I != Lines.size(); ++I) {
    StringRef Line = Lines[I].trim("\r\n ");
    if (Line.empty() || Line.starts_with("#"))
      continue;
    if (isConflict(Line))
      return badLine(Path, I + 1,
                     "this is a merge conflict; keep the lines of both sides, "
                     "or write the baseline again with --write-baseline");
    llvm::SmallVector<StringRef, 5> Parts;
    Line.split(Parts, '\t');
    if (Parts.size() != 5 || !isFingerprint(Parts[4]))
      return badLine(Path, I + 1,
                     "this is no line of a baseline (rule, file, function, "
                     "entity and fingerprint, separated by tabs); write it "
                     "again with --write-baseline");
    Entries.push_back({Parts[0].str(), Parts[1].str(), Parts[2].str(),
                       Parts[3].str(), Parts[4].str()});
  }
  return Entries;
}

Baseline ungil::baselineOf(const Report &Report) {
  Baseline Entries;
  for (const Finding &F : Report.Findings)
    Entries.push_back({F.Rule, field(fileName(Report, F.Range.File)),
                       field(F.Function), field(F.Entity), F.Fingerprint});
  return Entries;
}

std::string ungil::baselineText(Baseline Entries) {
  llvm::sort(Entries, [](const BaselineEntry &A, const BaselineEntry &B) {
    return key(A) < key(B);
  });
  std::string Text = Head;
  std::set<std::string> Written;
  for (const BaselineEntry &E : Entries)
    if (Written.insert(E.Fingerprint).second)
      Text += E.Rule + '\t' + E.File + '\t' + E.Function + '\t' + E.Entity +
              '\t' + E.Fingerprint + '\n';
  return Text;
}

void ungil::applyBaseline(Report &Report, const Baseline &Known,
                          Confidence Least) {
  std::set<std::string_view> Fingerprints;
  for (const BaselineEntry &E : Known)
    Fingerprints.insert(E.Fingerprint);
  llvm::erase_if(Report.Findings, [&](const Finding &F) {
    if (!Fingerprints.count(F.Fingerprint))
      return false;
    Report.Baselined += F.Conf >= Least;
    Report.Matched.push_back(F.Fingerprint);
    Report.Answers.push_back({F, "baseline", ""});
    return true;
  });
}

Baseline ungil::goneFrom(const Report &Report, const Baseline &Known,
                         llvm::ArrayRef<std::string_view> Rules) {
  std::set<std::string_view> Matched(Report.Matched.begin(),
                                     Report.Matched.end());
  std::set<std::string> Read;
  for (FileId File = 0; File != Report.Files.size(); ++File)
    Read.insert(field(fileName(Report, File)));
  Baseline Gone;
  llvm::copy_if(Known, std::back_inserter(Gone), [&](const BaselineEntry &E) {
    return !Matched.count(E.Fingerprint) && llvm::is_contained(Rules, E.Rule) &&
           (Read.count(E.File) ||
            !llvm::sys::fs::exists(Report.Root + "/" + E.File));
  });
  return Gone;
}
