//===- Printable.h - source text made safe to show --------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Source files hold any bytes: tabs, escape sequences, broken UTF-8, wide
// characters, characters that reverse the reading direction. This is the one
// place that knows how such text is shown on a terminal and counted in UTF-16.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_SUPPORT_PRINTABLE_H
#define UNGIL_SUPPORT_PRINTABLE_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ungil {

/// What one character of the source looks like on a terminal.
struct Glyph {
  std::string Text;
  uint32_t Width = 1; ///< columns it takes
  uint32_t Byte = 0;  ///< offset of its first byte in the line
};

/// \p Line as a row of glyphs. Tabs reach to the next multiple of four;
/// control characters, reordering marks and bytes that are not UTF-8 are
/// escaped.
std::vector<Glyph> glyphs(std::string_view Line);

/// \p Text on one line, safe for a terminal. Line ends become spaces.
std::string printable(std::string_view Text);

/// \p Text with each byte that is not UTF-8 replaced by U+FFFD.
std::string validUtf8(std::string_view Text);

/// The column, from 1 and in UTF-16 code units, of the byte at \p ByteColumn
/// (from 1). A byte that is not UTF-8 counts as one unit.
uint32_t utf16Column(std::string_view Line, uint32_t ByteColumn);

} // namespace ungil

#endif
