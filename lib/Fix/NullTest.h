//===- NullTest.h - what a condition says of a pointer ----------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// `if (!p)`, `if (p == NULL || done)`: is the pointer NULL, or certainly not,
// in either branch?
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_FIX_NULLTEST_H
#define UNGIL_FIX_NULLTEST_H

#include "Fix/Tokens.h"
#include <string_view>

namespace ungil::fix {

enum class Nullness : uint8_t { Unknown, Null, NotNull };

struct NullTest {
  Nullness Then = Nullness::Unknown;
  Nullness Else = Nullness::Unknown;
};

/// What the condition in bytes \p Begin to \p End (in its parentheses) says
/// of variable \p Name, also of one that it assigns. None counts as NULL when
/// \p NoneIsNull.
NullTest nullTest(std::string_view Text, uint32_t Begin, uint32_t End,
                  std::string_view Name, bool NoneIsNull);

} // namespace ungil::fix

#endif
