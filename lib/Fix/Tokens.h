//===- Tokens.h - C and C++ text as tokens ----------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Fixes are planned from facts, which know where statements, calls and names
// begin. What lies between (the arguments of a call, the names in a condition)
// is read from the text: as tokens, so that comments and strings count for
// nothing.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_FIX_TOKENS_H
#define UNGIL_FIX_TOKENS_H

#include "Facts/Source.h"
#include <cstdint>
#include <string_view>
#include <vector>

namespace ungil::fix {

enum class TokenKind : uint8_t { Name, Number, Text, Punctuation, Directive };

/// Bytes of the text it was read from. Punctuation is one character, but for
/// `->`, `==`, `!=`, `<=`, `>=`, `&&`, `||` and `::`. A directive is the whole
/// line, with the lines it continues on.
struct Token {
  TokenKind Kind = TokenKind::Punctuation;
  uint32_t Offset = 0;
  uint32_t Length = 0;
  uint32_t end() const { return Offset + Length; }
};

/// The tokens of \p Text from \p Begin to \p End.
std::vector<Token> tokens(std::string_view Text, uint32_t Begin, uint32_t End);

inline std::string_view spelling(std::string_view Text, const Token &T) {
  return Text.substr(T.Offset, T.Length);
}

/// A call as written: `name(first, second)`.
struct CallText {
  uint32_t NameBegin = 0, NameEnd = 0;
  uint32_t End = 0; ///< behind the closing parenthesis
  std::vector<std::string_view> Args;
  bool isValid() const { return End != 0; }
};

/// The call of \p Name that begins in \p Text at \p Offset; invalid when the
/// text there is something else.
CallText callAt(std::string_view Text, uint32_t Offset, std::string_view Name);

/// The one call of \p Name in \p Range, which may be the use of a macro that
/// has the call as its argument.
CallText callIn(std::string_view Text, const SourceRange &Range,
                std::string_view Name);

} // namespace ungil::fix

#endif
