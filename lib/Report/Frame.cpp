//===- Frame.cpp - the source under a finding -----------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Report/Frame.h"
#include "Support/Printable.h"
#include "llvm/Support/Format.h"
#include <algorithm>

using namespace ungil;

Palette::Palette(bool On) {
  if (!On)
    return;
  Bold = "\x1b[1m";
  Error = "\x1b[1;31m";
  Warning = "\x1b[1;33m";
  Note = "\x1b[1;36m";
  Frame = "\x1b[1;34m";
  Reset = "\x1b[0m";
}

namespace {

constexpr std::string_view Cut = "...";

/// Glyphs [From, To) of a row, and where the mark lies in columns.
struct Window {
  size_t From = 0;
  size_t To = 0;
};

uint32_t widthOf(const std::vector<Glyph> &Row, size_t From, size_t To) {
  uint32_t Width = 0;
  for (size_t I = From; I < To; ++I)
    Width += Row[I].Width;
  return Width;
}

/// Chooses what to show of a row that is too wide: some text before the mark
/// and as much after its start as fits.
Window chooseWindow(const std::vector<Glyph> &Row, size_t MarkBegin,
                    size_t MarkEnd, uint32_t MaxWidth) {
  if (widthOf(Row, 0, Row.size()) <= MaxWidth)
    return {0, Row.size()};
  Window W;
  W.From = MarkBegin;
  uint32_t Lead =
      widthOf(Row, 0, MarkEnd) <= MaxWidth ? MaxWidth : MaxWidth / 4;
  for (uint32_t Width = 0; W.From > 0;) {
    Width += Row[W.From - 1].Width;
    if (Width > Lead)
      break;
    --W.From;
  }
  W.To = W.From;
  for (uint32_t Width = 0; W.To < Row.size(); ++W.To) {
    Width += Row[W.To].Width;
    if (Width > MaxWidth)
      break;
  }
  return W;
}

size_t glyphAt(const std::vector<Glyph> &Row, uint32_t ByteColumn) {
  auto At = std::partition_point(Row.begin(), Row.end(), [&](const Glyph &G) {
    return G.Byte + 1 < ByteColumn;
  });
  return static_cast<size_t>(At - Row.begin());
}

} // namespace

FrameLine ungil::frameLine(std::string_view Line, uint32_t Begin, uint32_t End,
                           uint32_t MaxWidth) {
  std::vector<Glyph> Row = glyphs(Line);
  size_t MarkBegin = glyphAt(Row, Begin);
  size_t MarkEnd = std::max(glyphAt(Row, End), MarkBegin);
  Window W = chooseWindow(Row, MarkBegin, MarkEnd, MaxWidth);

  FrameLine Result;
  if (W.From > 0)
    Result.Text += Cut;
  Result.Marks.assign(Result.Text.size(), ' ');
  for (size_t I = W.From; I < W.To; ++I) {
    Result.Text += Row[I].Text;
    bool Marked = I >= MarkBegin && I < MarkEnd;
    if (I < MarkEnd || I <= MarkBegin)
      Result.Marks.append(Row[I].Width, Marked ? '^' : ' ');
  }
  if (W.To < Row.size())
    Result.Text += Cut;
  // An empty range, or one at the end of the line, still has a place.
  if (Result.Marks.find('^') == std::string::npos) {
    Result.Marks.resize((W.From > 0 ? Cut.size() : 0) +
                            widthOf(Row, W.From, std::min(MarkBegin, W.To)),
                        ' ');
    Result.Marks += '^';
  }
  while (!Result.Text.empty() && Result.Text.back() == ' ')
    Result.Text.pop_back();
  return Result;
}

void ungil::drawFrame(const SourceText &Text, const SourceRange &Range,
                      unsigned Indent, const Palette &Colors,
                      std::string_view Mark, llvm::raw_ostream &Out,
                      uint32_t MaxLines) {
  if (Range.Line == 0 || Range.Line > Text.lines())
    return;
  uint32_t Last = std::clamp(Range.EndLine, Range.Line, Text.lines());
  uint32_t Shown = std::min(Last, Range.Line + MaxLines - 1);
  auto Gutter = [&](bool Empty, uint32_t Number) -> llvm::raw_ostream & {
    Out << Colors.Frame;
    if (Empty)
      Out.indent(Indent);
    else
      Out << llvm::format_decimal(Number, Indent);
    return Out << " |" << Colors.Reset;
  };
  Gutter(true, 0) << '\n';
  for (uint32_t Number = Range.Line; Number <= Shown; ++Number) {
    std::string_view Line = Text.line(Number);
    auto First = static_cast<uint32_t>(
        std::min(Line.find_first_not_of(" \t"), Line.size()));
    uint32_t Begin = Number == Range.Line ? Range.Column : First + 1;
    uint32_t End = Number == Range.EndLine
                       ? Range.EndColumn
                       : static_cast<uint32_t>(Line.size()) + 1;
    FrameLine Drawn = frameLine(Line, Begin, End);
    Gutter(false, Number) << ' ' << Drawn.Text << '\n';
    Gutter(true, 0) << ' ' << Mark << Drawn.Marks << Colors.Reset << '\n';
  }
  if (Shown < Last) {
    Gutter(true, 0) << " (" << Last - Shown << " more line"
                    << (Last - Shown == 1 ? "" : "s") << ")\n";
  }
}
