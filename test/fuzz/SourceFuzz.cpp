//===- SourceFuzz.cpp - source as the scan itself reads it
//-------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// Clang reads a source in a child process; what is left to the scan is its
// text: comments, includes, build scripts, the lines of a report, tokens and
// differences of fixes.

#include "Driver/BuildMacros.h"
#include "Driver/IncludeGraph.h"
#include "Driver/Preamble.h"
#include "Facts/Comments.h"
#include "Fix/Apply.h"
#include "Fix/Tokens.h"
#include "Fuzz.h"
#include "Report/Frame.h"
#include "Support/PathPattern.h"
#include "Support/Printable.h"
#include "Support/SourceCache.h"
#include "Support/Uri.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>
#include <cstdlib>

using namespace ungil;

namespace {

void readTokens(std::string_view Text) {
  auto Size = static_cast<uint32_t>(Text.size());
  uint32_t End = 0;
  for (const fix::Token &T : fix::tokens(Text, 0, Size)) {
    if (T.Offset < End || T.end() > Size || T.Length == 0)
      std::abort();
    End = T.end();
    if (T.Kind == fix::TokenKind::Name)
      (void)fix::callAt(Text, T.Offset, fix::spelling(Text, T));
  }
}

void draw(std::string_view Text) {
  SourceText Source{std::string(Text)};
  std::string Out;
  llvm::raw_string_ostream Stream(Out);
  for (uint32_t Offset = 0; Offset < Text.size();
       Offset += std::max<uint32_t>(1, uint32_t(Text.size()) / 4)) {
    auto [Line, Column] = Source.position(Offset);
    SourceRange Range;
    Range.Line = Line;
    Range.Column = Column;
    Range.EndLine = Line + 1;
    Range.EndColumn = Column + 3;
    drawFrame(Source, Range, 4, Palette(false), "", Stream);
  }
  if (Out.find('\x1b') != std::string::npos)
    std::abort();
}

} // namespace

FUZZ(Text) {
  (void)scanText(Text);
  (void)openingOf(Text);
  (void)macrosIn(Text);
  (void)parseComment(Text);
  (void)pathOfUri(Text);
  readTokens(Text);
  draw(Text);
  if (printable(Text) != printable(validUtf8(printable(Text))))
    std::abort();
  size_t Half = Text.size() / 2;
  std::string Ignored;
  llvm::raw_string_ostream Stream(Ignored);
  fix::printDiff("a.c", Text.substr(0, Half), Text.substr(Half), Stream);
  if (Half < 64 && patternProblem(Text.substr(0, Half)).empty())
    (void)matchesPath(Text.substr(0, Half), Text.substr(Half));
}
