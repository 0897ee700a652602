//===- Translated.h - findings in generated code ----------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Code that a generator wrote from its author's (Cython). What it does to the
// author's variables and objects is the author's; how it uses the C API is
// not, and the place to change is in another file.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_TRANSLATED_H
#define UNGIL_RULES_TRANSLATED_H

#include "Link/Program.h"
#include <vector>

namespace ungil::rules {

/// Takes findings about the C API (rules with the tag `c-api`) out of
/// translated bodies and says of the others which line they come from.
void leaveToAuthors(const Program &P, FindingList &Findings);

} // namespace ungil::rules

#endif
