//===- KeepFirst.h - the object that is kept --------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   value = keep_first(&cache, make());
//
// Of several threads that make an object for one variable the first keeps its
// own; the others drop theirs and go on with that. No lock is held.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_LAZYINIT_KEEPFIRST_H
#define UNGIL_RULES_LAZYINIT_KEEPFIRST_H

#include "Fix/Fix.h"
#include "Fix/Tokens.h"
#include "llvm/ADT/ArrayRef.h"
#include <string>
#include <string_view>
#include <utility>

namespace ungil::rules {

/// The value that \p Words of \p Text assign from number \p First on: its first
/// byte and the one behind its last; zeros when there is none.
std::pair<uint32_t, uint32_t> assignedValue(std::string_view Text,
                                            llvm::ArrayRef<fix::Token> Words,
                                            size_t First);

/// Why the value that \p Store gives to a variable called \p Name is not
/// plainly a reference that nobody else owns, or NULL; empty: it is.
std::string whyNotOwned(const Program &P, Site Store, const std::string &Name);

/// Adds the function to the file of \p Code, unless it is there, or refuses.
void addKeepFirst(fix::Draft &D, const fix::FunctionText &Code, bool Cxx);

} // namespace ungil::rules

#endif
