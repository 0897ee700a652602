//===- Tokens.cpp - C and C++ text as tokens ------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fix/Tokens.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"
#include <algorithm>
#include <optional>
#include <utility>

namespace ungil::fix {
namespace {

bool isNameStart(char C) { return llvm::isAlpha(C) || C == '_' || C == '$'; }
bool isNamePart(char C) { return isNameStart(C) || llvm::isDigit(C); }

class Scanner {
public:
  Scanner(std::string_view Text, uint32_t At, uint32_t End)
      : Text(Text.substr(0, End)), At(At) {}

  std::vector<Token> run() {
    while (skipBlank())
      next();
    return std::move(All);
  }

private:
  char peek(uint32_t N = 0) const {
    return At + N < Text.size() ? Text[At + N] : '\0';
  }

  /// Blanks and comments. False at the end.
  bool skipBlank() {
    while (At < Text.size()) {
      if (peek() == '\n')
        LineStart = true;
      if (llvm::isSpace(peek()) || (peek() == '\\' && isLineEnd(peek(1)))) {
        ++At;
      } else if (peek() == '/' && peek(1) == '/') {
        At = std::min(Text.find('\n', At), Text.size());
      } else if (peek() == '/' && peek(1) == '*') {
        size_t End = Text.find("*/", At + 2);
        At = End == std::string_view::npos ? Text.size() : End + 2;
      } else {
        return true;
      }
    }
    return false;
  }

  static bool isLineEnd(char C) { return C == '\n' || C == '\r'; }

  void add(TokenKind Kind, uint32_t Begin) {
    All.push_back({Kind, Begin, static_cast<uint32_t>(At - Begin)});
  }

  void directive() {
    while (At < Text.size() && peek() != '\n') {
      bool Continues = peek() == '\\' && isLineEnd(peek(1));
      At += !Continues ? 1 : peek(1) == '\r' ? 3 : 2;
    }
    At = std::min(At, Text.size());
  }

  void literal(char Quote) {
    for (++At; At < Text.size() && peek() != Quote; ++At)
      if (peek() == '\\')
        ++At;
    At = std::min(At + 1, Text.size());
  }

  void next() {
    auto Begin = static_cast<uint32_t>(At);
    bool First = std::exchange(LineStart, false);
    char C = peek();
    if (C == '#' && First) {
      directive();
      add(TokenKind::Directive, Begin);
    } else if (isNameStart(C)) {
      while (isNamePart(peek()))
        ++At;
      add(TokenKind::Name, Begin);
    } else if (llvm::isDigit(C)) {
      while (isNamePart(peek()) || peek() == '.')
        ++At;
      add(TokenKind::Number, Begin);
    } else if (C == '"' || C == '\'') {
      literal(C);
      add(TokenKind::Text, Begin);
    } else {
      llvm::StringRef Two(Text.substr(At, 2));
      bool Pair = Two == "->" || Two == "==" || Two == "!=" || Two == "<=" ||
                  Two == ">=" || Two == "&&" || Two == "||" || Two == "::";
      At += Pair ? 2 : 1;
      add(TokenKind::Punctuation, Begin);
    }
  }

  std::string_view Text;
  size_t At;
  bool LineStart = true;
  std::vector<Token> All;
};

std::string_view trimmed(std::string_view Text) {
  return std::string_view(llvm::StringRef(Text).trim());
}

} // namespace

std::vector<Token> tokens(std::string_view Text, uint32_t Begin, uint32_t End) {
  return Scanner(Text, Begin, End).run();
}

/// The call whose name is \p Call, if it ends before \p Last; an invalid one
/// if there is no call at all, nothing if that cannot be said yet.
static std::optional<CallText> callWithin(std::string_view Text, CallText Call,
                                          uint32_t Last) {
  uint32_t Depth = 0, ArgBegin = 0;
  for (const Token &T : tokens(Text, Call.NameEnd, Last)) {
    std::string_view S = spelling(Text, T);
    if (Depth == 0 && S != "(")
      return CallText();
    if (S == "(" || S == "[" || S == "{") {
      if (++Depth == 1)
        ArgBegin = T.end();
      continue;
    }
    bool Closes = S == ")" || S == "]" || S == "}";
    if ((Depth == 1 && S == ",") || (Depth == 1 && Closes)) {
      std::string_view Arg =
          trimmed(Text.substr(ArgBegin, T.Offset - ArgBegin));
      if (!Arg.empty() || !Closes)
        Call.Args.push_back(Arg);
      ArgBegin = T.end();
    }
    if (Closes && --Depth == 0) {
      Call.End = T.end();
      return Call;
    }
  }
  return std::nullopt;
}

CallText callAt(std::string_view Text, uint32_t Offset, std::string_view Name) {
  CallText Call;
  if (Text.substr(std::min<size_t>(Offset, Text.size()), Name.size()) != Name)
    return {};
  Call.NameBegin = Offset;
  Call.NameEnd = Offset + static_cast<uint32_t>(Name.size());
  // Most calls are short. One statement never needs more than the second; a
  // token list of a whole file would.
  for (size_t Longest : {size_t(1) << 8, size_t(1) << 14}) {
    auto Last = static_cast<uint32_t>(
        std::min<size_t>(Text.size(), Call.NameEnd + Longest));
    if (std::optional<CallText> Found = callWithin(Text, Call, Last))
      return std::move(*Found);
  }
  return {};
}

CallText callIn(std::string_view Text, const SourceRange &Range,
                std::string_view Name) {
  if (CallText Here = callAt(Text, Range.Offset, Name);
      Here.isValid() || !Range.InMacro)
    return Here;
  CallText Found;
  for (const Token &T : tokens(Text, Range.Offset, Range.Offset + Range.Length))
    if (T.Kind == TokenKind::Name && spelling(Text, T) == Name) {
      if (Found.isValid())
        return {};
      Found = callAt(Text, T.Offset, Name);
    }
  return Found;
}

} // namespace ungil::fix
