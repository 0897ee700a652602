//===- RefcountFix.cpp - the count through the API ------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RefcountFix.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include <string>
#include <vector>

namespace ungil::rules {
namespace {

using namespace fix;

/// The tokens of one statement around `object->ob_refcnt`.
class CountText {
public:
  CountText(const FunctionText &Code, StatementId S, uint32_t Field)
      : Code(Code), Words(tokens(Code.Text, Code[S].Offset, Code[S].end())) {
    auto Here =
        llvm::find_if(Words, [&](const Token &T) { return T.Offset == Field; });
    At = static_cast<size_t>(Here - Words.begin());
    First = At;
    if (At < Words.size() && At > 1 && is(At, "ob_refcnt") && is(At - 1, "->"))
      First = beginOfObject(At - 1);
  }

  bool isValid() const { return First != At; }
  uint32_t begin() const { return Words[First].Offset; }
  uint32_t end() const { return Words[At].end(); }
  /// Does the statement begin, or end but for `;`, with it?
  bool isFirst() const { return First == 0; }
  bool isBehind(size_t N, std::string_view What) const {
    return is(At + N, What);
  }
  bool isInFront(size_t N, std::string_view What) const {
    return First >= N && is(First - N, What);
  }
  size_t inFront() const { return First; }
  uint32_t endOf(size_t N) const { return Words[At + N].end(); }
  /// Where the statement ends, without its `;`.
  uint32_t endOfValue() const {
    size_t Last = Words.size() - 1;
    return is(Last, ";") ? Words[Last - 1].end() : Words[Last].end();
  }

  /// Without the parentheses around all of it.
  std::string object() const {
    uint32_t Begin = Words[First].Offset, End = Words[At - 2].end();
    if (is(First, "(") && opening(At - 2) == First) {
      Begin = Words[First + 1].Offset;
      End = Words[At - 3].end();
    }
    return std::string(Code.Text.substr(Begin, End - Begin));
  }

private:
  bool is(size_t I, std::string_view What) const {
    return I < Words.size() && spelling(Code.Text, Words[I]) == What;
  }

  /// The bracket that the one at \p Close closes; 0 too when there is none.
  size_t opening(size_t Close) const {
    unsigned Depth = 0;
    for (size_t I = Close + 1; I-- != 0;) {
      Depth += is(I, ")") || is(I, "]");
      Depth -= is(I, "(") || is(I, "[");
      if (!Depth)
        return I;
    }
    return 0;
  }

  /// The first token of the expression in front of the `->` at \p Arrow.
  size_t beginOfObject(size_t Arrow) const {
    size_t I = Arrow;
    while (I != 0) {
      --I;
      bool Brackets = is(I, ")") || is(I, "]");
      if (Brackets)
        I = opening(I);
      // `f(x)` and `a[i]`, not `return (x)`.
      bool Goes = Brackets && I && Words[I - 1].Kind == TokenKind::Name &&
                  Words[I - 1].end() == Words[I].Offset;
      bool Nested =
          Brackets && I && (is(I - 1, "]") || is(I - 1, ")")) && is(I, "[");
      if (Goes || Nested)
        continue;
      if (I < 2 || !(is(I - 1, "->") || is(I - 1, ".")))
        break;
      --I;
    }
    return I;
  }

  const FunctionText &Code;
  std::vector<Token> Words;
  size_t At = 0, First = 0; ///< of the field, of the object
};

void rewrite(Draft &D, const FunctionText &Code, StatementId S,
             const CountText &Count) {
  std::string Object = Count.object();
  auto Twice = [&](char C, bool Behind) {
    std::string Sign(1, C);
    return Behind ? Count.isBehind(1, Sign) && Count.isBehind(2, Sign)
                  : Count.isInFront(1, Sign) && Count.isInFront(2, Sign);
  };
  bool Statement = Code[S].Kind == StatementKind::Expression;
  bool Alone = Statement && ((Count.isFirst() && Twice('+', true) &&
                              Count.endOf(2) == Count.endOfValue()) ||
                             (Count.inFront() == 2 && Twice('+', false) &&
                              Count.end() == Count.endOfValue()));
  if (Alone)
    return D.replace(Code[S].Offset, Count.endOfValue(),
                     "Py_INCREF(" + Object + ")");
  if (Statement && Count.isFirst() && Count.isBehind(1, "=")) {
    D.replace(Count.begin(), Count.endOf(1), "Py_SET_REFCNT(" + Object + ",");
    return D.replace(Count.endOfValue(), Count.endOfValue(), ")");
  }
  bool Changes = Twice('+', true) || Twice('-', true) || Twice('+', false) ||
                 Twice('-', false) || Count.isBehind(1, "=") ||
                 Count.isBehind(2, "=") || Count.isInFront(1, "&");
  if (Changes)
    return D.refuse("the count is changed in a way that no function has");
  D.replace(Count.begin(), Count.end(), "Py_REFCNT(" + Object + ")");
}

} // namespace

FixPlan refcountFix(const FixContext &Context, const Finding &Found) {
  const Program &P = Context.P;
  FunctionId F = Found.About.Function;
  FunctionText Code(P, F, Context.text(P.body(F).Body.File));
  Draft D(Code);
  StatementId S = Code.isValid() ? Code.at(Found.Range.Offset) : None;
  if (S == None)
    D.refuse("the function is written by a macro");
  if (!D.isRefused())
    if (CountText Count(Code, S, Found.Range.Offset); Count.isValid())
      rewrite(D, Code, S, Count);
    else
      D.refuse("the code is in the body of a macro");
  return D.finish(Applicability::Safe, "use the functions for the count");
}

} // namespace ungil::rules
