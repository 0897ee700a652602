//===- Frame.h - the source under a finding ---------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Draws lines of source with their numbers and marks the range, like
//
//      |
//   10 |     item = PyList_GetItem(list, 0);
//      |            ^^^^^^^^^^^^^^^^^^^^^^^
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_REPORT_FRAME_H
#define UNGIL_REPORT_FRAME_H

#include "Facts/Source.h"
#include "Support/SourceCache.h"
#include "llvm/Support/raw_ostream.h"
#include <string>
#include <string_view>

namespace ungil {

/// Terminal escape sequences, or nothing when colour is off.
struct Palette {
  explicit Palette(bool On);
  std::string_view Bold, Error, Warning, Note, Frame, Reset;
};

/// The part of a line that is shown and the marks under it.
struct FrameLine {
  std::string Text;
  std::string Marks;
};

/// Shows \p Line with the bytes from \p Begin to \p End (columns from 1, End
/// exclusive) marked. Lines wider than \p MaxWidth are cut around the mark.
FrameLine frameLine(std::string_view Line, uint32_t Begin, uint32_t End,
                    uint32_t MaxWidth = 100);

/// Draws the lines of \p Range, at most \p MaxLines. Draws nothing when the
/// file has no such line. \p Indent is the width of the number column.
void drawFrame(const SourceText &Text, const SourceRange &Range,
               unsigned Indent, const Palette &Colors, std::string_view Mark,
               llvm::raw_ostream &Out, uint32_t MaxLines = 3);

} // namespace ungil

#endif
