//===- FieldText.cpp - fields of objects as written -----------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FieldText.h"
#include "Fix/Hold.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLExtras.h"

namespace ungil::rules {

using namespace fix;

namespace {

class Reader {
public:
  Reader(std::string_view Text, std::vector<Token> Words)
      : Text(Text), Words(std::move(Words)) {}

  std::vector<FieldText> find(std::string_view Field) const;

private:
  bool is(size_t I, std::string_view What) const {
    return I < Words.size() && spelling(Text, Words[I]) == What;
  }
  bool isName(size_t I) const {
    return I < Words.size() && Words[I].Kind == TokenKind::Name;
  }
  size_t opens(size_t Close) const;
  size_t begin(size_t Field) const;
  void readObject(size_t From, size_t To, FieldText &Out) const;

  std::string_view Text;
  std::vector<Token> Words;
};

/// The parenthesis that the one at \p Close belongs to.
size_t Reader::opens(size_t Close) const {
  int Depth = 0;
  for (size_t I = Close + 1; I-- > 0;) {
    Depth += is(I, ")");
    Depth -= is(I, "(");
    if (Depth == 0)
      return I;
  }
  return Words.size();
}

/// Where the path begins whose last name is at \p Field; Words.size() when it
/// goes through a call or an array.
size_t Reader::begin(size_t Field) const {
  size_t I = Field;
  while (I > 1 && (is(I - 1, "->") || is(I - 1, "."))) {
    size_t Part = I - 2;
    if (is(Part, ")"))
      Part = opens(Part);
    else if (!isName(Part))
      return Words.size();
    bool Called = is(I - 2, ")") && Part > 0 && Part < Words.size() &&
                  isName(Part - 1) && !is(Part - 1, "return");
    if (Called)
      return Words.size();
    I = Part;
  }
  return I;
}

/// The object in tokens \p From to \p To: `o`, `(o)`, `((Foo *)o)`.
void Reader::readObject(size_t From, size_t To, FieldText &Out) const {
  while (To - From > 2 && is(From, "(") && opens(To - 1) == From) {
    ++From;
    --To;
  }
  if (is(From, "(") && To - From > 3) {
    size_t I = From + 1;
    while (I < To && (isName(I) || is(I, "*")))
      ++I;
    if (is(I, ")") && is(I - 1, "*")) {
      Out.Cast = true;
      From = I + 1;
    }
  }
  if (To - From == 1 && isName(From))
    Out.Object = std::string(spelling(Text, Words[From]));
}

std::vector<FieldText> Reader::find(std::string_view Field) const {
  std::vector<FieldText> All;
  bool Conditional = false;
  for (size_t I = 0; I != Words.size(); ++I) {
    Conditional |= is(I, "&&") || is(I, "||") || is(I, "?");
    if (I == 0 || !isName(I) || !is(I, Field) ||
        (!is(I - 1, "->") && !is(I - 1, ".")))
      continue;
    FieldText Out;
    size_t From = begin(I);
    Out.End = Words[I].end();
    Out.Begin = From < Words.size() ? Words[From].Offset : Words[I].Offset;
    Out.Conditional = Conditional;
    // `self->base.field` is a field of what `self` points to.
    size_t Arrow = I - 1;
    while (Arrow > From && !is(Arrow, "->"))
      --Arrow;
    if (From < Words.size() && Arrow > From) {
      readObject(From, Arrow, Out);
      Out.Way = Text.substr(Out.Begin, Words[Arrow].end() - Out.Begin);
    }
    All.push_back(std::move(Out));
  }
  return All;
}

} // namespace

std::vector<FieldText> fieldTexts(const FunctionText &Code, StatementId S,
                                  std::string_view Field) {
  auto [Begin, End] = ownBytes(Code, S);
  return Reader(Code.Text, tokens(Code.Text, Begin, End)).find(Field);
}

} // namespace ungil::rules
