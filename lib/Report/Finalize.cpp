//===- Finalize.cpp - a report in its final order -------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Report/Finalize.h"
#include "Report/Names.h"
#include "Report/Verdict.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SHA1.h"
#include <algorithm>
#include <map>
#include <tuple>

using namespace ungil;

namespace {

/// Files sort by path, so that the order of the file table does not show.
std::string_view pathOf(const Report &Report, const Finding &F) {
  return F.Range.File < Report.Files.size()
             ? std::string_view(Report.Files[F.Range.File])
             : std::string_view();
}

/// What makes two findings the same one.
auto identity(const Report &Report, const Finding &F) {
  return std::make_tuple(pathOf(Report, F), F.Range.Offset, F.Range.Line,
                         F.Range.Column, std::string_view(F.Rule),
                         F.Range.Length, std::string_view(F.Entity),
                         std::string_view(F.Message));
}

void sortAndUnique(Report &Report) {
  llvm::sort(Report.Findings, [&](const Finding &A, const Finding &B) {
    auto KeyA = identity(Report, A), KeyB = identity(Report, B);
    if (KeyA != KeyB)
      return KeyA < KeyB;
    // The rest only decides which of two duplicates stays.
    return std::tie(B.Conf, B.Sev, A.Why, A.Function) <
           std::tie(A.Conf, A.Sev, B.Why, B.Function);
  });
  auto Same = [&](const Finding &A, const Finding &B) {
    return identity(Report, A) == identity(Report, B);
  };
  Report.Findings.erase(
      std::unique(Report.Findings.begin(), Report.Findings.end(), Same),
      Report.Findings.end());
}

/// The line with every run of white space as one blank, so that reindenting
/// changes no fingerprint.
std::string normalised(std::string_view Line) {
  std::string Out;
  for (char C : Line) {
    if (!llvm::isSpace(C))
      Out += C;
    else if (!Out.empty() && Out.back() != ' ')
      Out += ' ';
  }
  if (!Out.empty() && Out.back() == ' ')
    Out.pop_back();
  return Out;
}

std::string fingerprint(const std::string &Content, unsigned Ordinal) {
  std::string Text = Content + std::to_string(Ordinal);
  auto Hash = llvm::SHA1::hash(llvm::ArrayRef(
      reinterpret_cast<const uint8_t *>(Text.data()), Text.size()));
  constexpr size_t Bytes = 10;
  return llvm::toHex(llvm::ArrayRef(Hash).take_front(Bytes),
                     /*LowerCase=*/true);
}

void fillFingerprints(Report &Report, SourceCache &Sources) {
  std::map<std::string, unsigned> Ordinals;
  for (Finding &F : Report.Findings) {
    std::string Line;
    if (F.Range.File < Report.Files.size())
      Line = normalised(
          Sources.get(Report.Files[F.Range.File]).line(F.Range.Line));
    // A separator no part contains keeps `a`+`bc` and `ab`+`c` apart.
    std::string Content;
    for (const std::string &Part : {F.Rule, F.Entity, F.Function, Line})
      Content += Part + '\0';
    unsigned Ordinal = Ordinals[Content]++;
    if (F.Fingerprint.empty())
      F.Fingerprint = fingerprint(Content, Ordinal);
  }
}

void countReported(Report &Report) {
  for (auto &[Rule, Count] : Report.Cover.Sites)
    Count.Reported = 0;
  for (const Finding &F : Report.Findings)
    ++Report.Cover.Sites[F.Rule].Reported;
  for (auto &[Rule, Count] : Report.Cover.Sites)
    Count.Seen = std::max(Count.Seen, Count.Reported);
}

} // namespace

void ungil::finalize(Report &Report, SourceCache &Sources) {
  sortAndUnique(Report);
  fillFingerprints(Report, Sources);
  countReported(Report);
  judge(Report);
}

void ungil::finalize(Report &Report) {
  SourceCache Sources;
  finalize(Report, Sources);
}

void ungil::dropBelow(Report &Report, Confidence Least) {
  llvm::erase_if(Report.Findings,
                 [&](const Finding &F) { return F.Conf < Least; });
  countReported(Report);
}
