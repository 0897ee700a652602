//===- Section.h - a critical section around statements ---------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   Py_BEGIN_CRITICAL_SECTION(self);
//   ...
//   Py_END_CRITICAL_SECTION();
//
// The macros open and close a block of C, and nothing may leave it but by its
// end. A way out becomes a flag (and a result) that is asked behind the end;
// what is declared inside and used behind moves in front.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_FIX_SECTION_H
#define UNGIL_FIX_SECTION_H

#include "Fix/Fix.h"
#include <string>
#include <utility>
#include <vector>

namespace ungil::fix {

struct Section {
  StatementId First = None, Last = None; ///< statements of one block
  std::vector<std::string> Objects;      ///< one or two expressions
  std::vector<std::string> Before;       ///< statements in front of it
  std::vector<std::string> After;        ///< statements behind it, on every way
  bool MayJump = false; ///< ways out may lead to its end by goto

  /// Statements at the beginning of one part of the section, and on every way
  /// out of that part: the body of a loop or a branch; None: nothing.
  StatementId Part = None;
  StatementId From = None; ///< not from its beginning, but behind this one
  std::vector<std::string> Enter, Leave;
};

/// Adds the section to \p D, or refuses.
void putSection(Draft &D, const FixContext &Context, const FunctionText &Code,
                Section Wanted);

/// The first and last of the statements of one block that bytes \p First and
/// \p Last are in, loops in one piece; None if there is no such block.
std::pair<StatementId, StatementId>
statementsAround(const FunctionText &Code, uint32_t First, uint32_t Last);

/// Has the thread a thread state where bytes \p Begin to \p End begin?
bool isAttached(const FunctionText &Code, uint32_t Begin, uint32_t End);

/// Is \p Text a name, or a path from one, that means the same wherever it is
/// written? No call, no arithmetic.
bool isPlainPath(std::string_view Text);

/// The first local that \p Text mentions and that \p Code declares or sets in
/// bytes \p Begin to \p End; null if none.
const Local *changedIn(const FunctionText &Code, std::string_view Text,
                       uint32_t Begin, uint32_t End);

/// Do bytes \p Begin to \p End ask whether \p Pointer, a plain path, is NULL?
bool asksForNull(const FunctionText &Code, std::string_view Pointer,
                 uint32_t Begin, uint32_t End);

} // namespace ungil::fix

#endif
