//===- Translated.cpp - findings in generated code ------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rules/Translated.h"
#include "Rules/Rules.h"
#include <algorithm>
#include <map>
#include <set>

namespace ungil::rules {
namespace {

/// Offsets of bodies in one file, by where they begin.
using Bodies = std::map<uint32_t, uint32_t>;

std::map<FileId, Bodies> translatedBodies(const Program &P) {
  std::map<FileId, Bodies> All;
  for (const Function &F : P.Facts.Functions)
    if (P.entity(F.Id).has(EF_Translated))
      All[F.Body.File][F.Body.Offset] = F.Body.Offset + F.Body.Length;
  return All;
}

bool isInside(const std::map<FileId, Bodies> &All, const SourceRange &R) {
  auto File = All.find(R.File);
  if (File == All.end())
    return false;
  auto Next = File->second.upper_bound(R.Offset);
  return Next != File->second.begin() && R.Offset < std::prev(Next)->second;
}

/// Comments that say where the code behind them comes from, by file and offset.
using Origins = std::map<std::pair<FileId, uint32_t>, const CommentFact *>;

void tellOrigin(const Origins &All, Finding &F) {
  auto Next = All.upper_bound({F.Range.File, F.Range.Offset});
  if (Next == All.begin() || std::prev(Next)->first.first != F.Range.File)
    return;
  const CommentFact &From = *std::prev(Next)->second;
  F.Notes.insert(F.Notes.begin(),
                 Note{From.Loc, "generated from " + From.Reason});
}

} // namespace

void leaveToAuthors(const Program &P, FindingList &Findings) {
  const std::map<FileId, Bodies> Translated = translatedBodies(P);
  if (Translated.empty())
    return;
  std::erase_if(Findings, [&](const Finding &F) {
    const RuleInfo *Rule = findRule(F.Rule);
    return Rule && Rule->Tags.find("c-api") != std::string_view::npos &&
           isInside(Translated, F.Range);
  });
  Origins From;
  for (const CommentFact &C : P.Facts.Comments)
    if (C.Kind == CommentKind::Origin)
      From[{C.Loc.File, C.Loc.Offset}] = &C;
  for (Finding &F : Findings)
    if (isInside(Translated, F.Range))
      tellOrigin(From, F);
}

} // namespace ungil::rules
