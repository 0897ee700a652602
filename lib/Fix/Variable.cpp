//===- Variable.cpp - the declaration of a variable -----------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fix/Variable.h"
#include "llvm/ADT/StringRef.h"

namespace ungil::fix {

std::string Variable::type(std::string_view Text) const {
  auto Trimmed = [&](uint32_t From, uint32_t To) {
    return llvm::StringRef(Text.substr(From, To - From)).trim().str();
  };
  std::string Stars = Trimmed(OwnBegin, NameBegin);
  return Trimmed(BaseBegin, BaseEnd) + (Stars.empty() ? "" : " ") + Stars;
}

namespace {

/// Reads the tokens of one declaration from left to right.
class Reader {
public:
  Reader(std::string_view Text, const Entity &Place)
      : Text(Text), Name(Place.Loc.Offset) {
    V.Begin = Place.Declaration.Offset;
    constexpr uint32_t Longest = 1 << 12;
    All = tokens(Text, V.Begin,
                 static_cast<uint32_t>(
                     std::min<size_t>(Text.size(), size_t(Name) + Longest)));
  }

  std::optional<Variable> read() {
    if (!readFront())
      return std::nullopt;
    while (readDeclarator()) {
      if (word() == ";") {
        V.End = All[At].end();
        return V.NameEnd ? std::optional(V) : std::nullopt;
      }
      ++At; // the comma
    }
    return std::nullopt;
  }

private:
  std::string_view word(size_t Ahead = 0) const {
    return At + Ahead < All.size() ? spelling(Text, All[At + Ahead])
                                   : std::string_view();
  }
  bool isName() const {
    return At < All.size() && All[At].Kind == TokenKind::Name;
  }

  /// `static` and the type, up to the first declarator.
  bool readFront() {
    for (; At < All.size() && word() != "*"; ++At) {
      if (word() == "static") {
        V.StaticBegin = All[At].Offset;
        V.StaticEnd = All[At].end();
        continue;
      }
      std::string_view Next = word(1);
      bool Declares = Next == "=" || Next == "," || Next == ";" || Next == "[";
      if (isName() && Declares)
        break;
      if (!isName() && word() != "::")
        return false;
      if (!V.BaseBegin)
        V.BaseBegin = All[At].Offset;
      V.BaseEnd = All[At].end();
    }
    return V.StaticEnd && V.StaticBegin < V.BaseBegin;
  }

  /// Past the bracket that closes what At opens.
  bool skipBrackets() {
    for (unsigned Depth = 0; At < All.size(); ++At) {
      std::string_view W = word();
      Depth += W == "(" || W == "[" || W == "{";
      if ((W == ")" || W == "]" || W == "}") && --Depth == 0) {
        ++At;
        return true;
      }
    }
    return false;
  }

  /// `*name[n] = value`, up to the comma or semicolon behind.
  bool readDeclarator() {
    if (At == All.size())
      return false;
    uint32_t Begin = All[At].Offset;
    while (word() == "*")
      ++At;
    if (!isName())
      return false;
    Token Here = All[At++];
    while (word() == "[")
      if (!skipBrackets())
        return false;
    uint32_t InitBegin = 0;
    if (word() == "=") {
      if (++At == All.size())
        return false;
      InitBegin = All[At].Offset;
      if (!skipValue())
        return false;
    }
    if (word() != ";" && word() != ",")
      return false;
    uint32_t End = All[At - 1].end();
    if (Here.Offset == Name) {
      V.OwnBegin = Begin;
      V.OwnEnd = End;
      V.NameBegin = Name;
      V.NameEnd = Here.end();
      V.InitBegin = InitBegin;
      V.InitEnd = InitBegin ? End : 0;
    } else if (Here.Offset < Name) {
      V.BeforeEnd = End;
    } else if (!V.BehindBegin) {
      V.BehindBegin = Begin;
    }
    return true;
  }

  bool skipValue() {
    while (At < All.size() && word() != ";" && word() != ",") {
      if (All[At].Kind == TokenKind::Directive)
        return false;
      bool Opens = word() == "(" || word() == "[" || word() == "{";
      if (Opens && !skipBrackets())
        return false;
      At += !Opens;
    }
    return true;
  }

  std::string_view Text;
  uint32_t Name;
  std::vector<Token> All;
  size_t At = 0;
  Variable V;
};

} // namespace

std::optional<Variable> variableOf(const Entity &Place, std::string_view Text) {
  // A macro in it (`= NULL`) is no harm: all the words are read here.
  if (!Place.Declaration.isValid() || Place.Loc.InMacro ||
      Place.Loc.File != Place.Declaration.File)
    return std::nullopt;
  return Reader(Text, Place).read();
}

} // namespace ungil::fix
