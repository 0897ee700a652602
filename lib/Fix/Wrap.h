//===- Wrap.h - a whole function under a critical section -------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What leaves in the middle cannot be inside of a section. CPython's own way
// out: the body becomes `name_impl`, and `name` calls it inside the section.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_FIX_WRAP_H
#define UNGIL_FIX_WRAP_H

#include "Fix/Fix.h"
#include <string>

namespace ungil::fix {

/// Adds to \p D what runs the whole function under a section on \p Object, a
/// parameter of it, or refuses.
void wrapInSection(Draft &D, const FixContext &Context,
                   const FunctionText &Code, const std::string &Object);

} // namespace ungil::fix

#endif
