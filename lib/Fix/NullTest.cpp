//===- NullTest.cpp - what a condition says of a pointer ------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fix/NullTest.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLExtras.h"

namespace ungil::fix {
namespace {

using Tokens = llvm::ArrayRef<Token>;

class Condition {
public:
  Condition(std::string_view Text, std::string_view Name, bool NoneIsNull)
      : Text(Text), Name(Name), NoneIsNull(NoneIsNull) {}

  NullTest of(Tokens C) const {
    C = unwrapped(C);
    for (std::string_view Operator : {"||", "&&"})
      if (size_t At = topLevel(C, Operator); At != C.size())
        return both(of(C.take_front(At)), of(C.drop_front(At + 1)),
                    Operator == "&&");
    return atom(C);
  }

private:
  std::string_view at(Tokens C, size_t I) const {
    return I < C.size() ? spelling(Text, C[I]) : std::string_view();
  }

  /// First \p Operator outside of parentheses; C.size() if there is none.
  size_t topLevel(Tokens C, std::string_view Operator) const {
    int Depth = 0;
    for (size_t I = 0; I != C.size(); ++I) {
      std::string_view S = at(C, I);
      Depth += S == "(" ? 1 : S == ")" ? -1 : 0;
      if (Depth == 0 && S == Operator)
        return I;
    }
    return C.size();
  }

  /// Without the parentheses around all of it, and `unlikely(...)`.
  Tokens unwrapped(Tokens C) const {
    for (;;) {
      bool Hint = at(C, 1) == "(" && (at(C, 0).ends_with("likely") ||
                                      at(C, 0).ends_with("LIKELY"));
      Tokens Inner = Hint ? C.drop_front() : C;
      if (at(Inner, 0) != "(" ||
          topLevel(Inner.drop_back(), ")") != Inner.size() - 1 ||
          closing(Inner) != Inner.size() - 1)
        return C;
      C = Inner.drop_front().drop_back();
    }
  }

  size_t closing(Tokens C) const {
    int Depth = 0;
    for (size_t I = 0; I != C.size(); ++I) {
      Depth += at(C, I) == "(" ? 1 : at(C, I) == ")" ? -1 : 0;
      if (Depth == 0)
        return I;
    }
    return C.size();
  }

  bool isNull(Tokens C) const {
    C = unwrapped(C);
    return C.size() == 1 &&
           (at(C, 0) == "NULL" || at(C, 0) == "nullptr" || at(C, 0) == "0" ||
            (NoneIsNull && at(C, 0) == "Py_None"));
  }

  /// The variable itself, or an assignment to it.
  bool isVariable(Tokens C) const {
    C = unwrapped(C);
    return at(C, 0) == Name && (C.size() == 1 || at(C, 1) == "=");
  }

  static NullTest swapped(NullTest T) { return {T.Else, T.Then}; }

  NullTest atom(Tokens C) const {
    constexpr NullTest IsNull{Nullness::Null, Nullness::NotNull};
    if (at(C, 0) == "!")
      return swapped(of(C.drop_front()));
    for (std::string_view Operator : {"==", "!="})
      if (size_t At = topLevel(C, Operator); At != C.size()) {
        Tokens Left = C.take_front(At), Right = C.drop_front(At + 1);
        bool Asks = (isVariable(Left) && isNull(Right)) ||
                    (isNull(Left) && isVariable(Right));
        if (!Asks)
          return {};
        return Operator == "==" ? IsNull : swapped(IsNull);
      }
    if (NoneIsNull && at(C, 0) == "Py_IsNone" && at(C, 2) == Name)
      return IsNull;
    return isVariable(C) ? swapped(IsNull) : NullTest();
  }

  static NullTest both(NullTest A, NullTest B, bool And) {
    if (!And)
      return swapped(both(swapped(A), swapped(B), true));
    // When `a && b` holds, both do.
    return {A.Then != Nullness::Unknown ? A.Then : B.Then,
            A.Else == B.Else ? A.Else : Nullness::Unknown};
  }

  std::string_view Text, Name;
  bool NoneIsNull;
};

} // namespace

NullTest nullTest(std::string_view Text, uint32_t Begin, uint32_t End,
                  std::string_view Name, bool NoneIsNull) {
  std::vector<Token> All = tokens(Text, Begin, End);
  return Condition(Text, Name, NoneIsNull).of(All);
}

} // namespace ungil::fix
