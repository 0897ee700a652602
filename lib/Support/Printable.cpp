//===- Printable.cpp - source text made safe to show ----------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/Printable.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ConvertUTF.h"
#include "llvm/Support/Unicode.h"

using namespace ungil;

namespace {

constexpr uint32_t TabStop = 4;

struct Decoded {
  uint32_t Code = 0;
  uint32_t Length = 1;
  bool Valid = false;
};

Decoded decode(std::string_view Text, size_t At) {
  const auto *Begin = reinterpret_cast<const llvm::UTF8 *>(Text.data()) + At;
  const auto *End =
      reinterpret_cast<const llvm::UTF8 *>(Text.data()) + Text.size();
  unsigned Length = llvm::getNumBytesForUTF8(*Begin);
  if (Length > static_cast<size_t>(End - Begin))
    return {*Begin, 1, false};
  llvm::UTF32 Code = 0;
  const llvm::UTF8 *Next = Begin;
  if (llvm::convertUTF8Sequence(&Next, End, &Code, llvm::strictConversion) !=
      llvm::conversionOK)
    return {*Begin, 1, false};
  return {Code, static_cast<uint32_t>(Next - Begin), true};
}

/// Marks that change the order in which a terminal shows the line, and so can
/// make code look like something else.
bool reorders(uint32_t Code) {
  return Code == 0x061C || (Code >= 0x200B && Code <= 0x200F) ||
         (Code >= 0x202A && Code <= 0x202E) ||
         (Code >= 0x2066 && Code <= 0x2069) || Code == 0xFEFF;
}

std::string hexEscape(const char *Prefix, uint32_t Value, unsigned Digits,
                      const char *Suffix) {
  return Prefix + llvm::utohexstr(Value, /*LowerCase=*/true, Digits) + Suffix;
}

Glyph glyph(std::string_view Line, size_t At, const Decoded &D,
            uint32_t Column) {
  auto Byte = static_cast<uint32_t>(At);
  auto Escaped = [&](std::string Text) {
    auto Width = static_cast<uint32_t>(Text.size());
    return Glyph{std::move(Text), Width, Byte};
  };
  if (!D.Valid)
    return Escaped(hexEscape("<", D.Code, 2, ">"));
  if (D.Code == '\t') {
    uint32_t Width = TabStop - Column % TabStop;
    return {std::string(Width, ' '), Width, Byte};
  }
  if (D.Code < 0x20 || (D.Code >= 0x7F && D.Code < 0xA0))
    return Escaped(hexEscape("<", D.Code, 2, ">"));
  if (D.Code < 0x7F)
    return {std::string(1, static_cast<char>(D.Code)), 1, Byte};
  if (reorders(D.Code) ||
      !llvm::sys::unicode::isPrintable(static_cast<int>(D.Code)))
    return Escaped(hexEscape("<U+", D.Code, 4, ">"));
  std::string Text(Line.substr(At, D.Length));
  int Width = llvm::sys::unicode::columnWidthUTF8(Text);
  return {std::move(Text), static_cast<uint32_t>(Width < 0 ? 1 : Width), Byte};
}

} // namespace

std::vector<Glyph> ungil::glyphs(std::string_view Line) {
  std::vector<Glyph> Row;
  uint32_t Column = 0;
  for (size_t At = 0; At < Line.size();) {
    Decoded D = decode(Line, At);
    Row.push_back(glyph(Line, At, D, Column));
    Column += Row.back().Width;
    At += D.Length;
  }
  return Row;
}

std::string ungil::printable(std::string_view Text) {
  std::string Out;
  for (size_t At = 0; At < Text.size();) {
    Decoded D = decode(Text, At);
    if (D.Valid && (D.Code == '\n' || D.Code == '\r' || D.Code == '\t'))
      Out += ' ';
    else
      Out += glyph(Text, At, D, 0).Text;
    At += D.Length;
  }
  return Out;
}

std::string ungil::validUtf8(std::string_view Text) {
  std::string Out;
  for (size_t At = 0; At < Text.size();) {
    Decoded D = decode(Text, At);
    Out += D.Valid ? Text.substr(At, D.Length) : "\xEF\xBF\xBD";
    At += D.Length;
  }
  return Out;
}

uint32_t ungil::utf16Column(std::string_view Line, uint32_t ByteColumn) {
  uint32_t Column = 1;
  size_t At = 0;
  while (At < Line.size() && At + 1 < ByteColumn) {
    Decoded D = decode(Line, At);
    Column += D.Valid && D.Code > 0xFFFF ? 2 : 1;
    At += D.Length;
  }
  // A range may end one past the line, over its line end.
  if (At + 1 < ByteColumn && ByteColumn > Line.size())
    Column += ByteColumn - 1 - static_cast<uint32_t>(Line.size());
  return Column;
}
