//===- PutBack.h - state of the call under way ------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   saved = function;              a callback that a library calls finds in
//   function = argument;           `function` what the call under way put there
//   solve(callback);               for it; what an outer call needs is put back
//   function = saved;              at the end
//
// What is put aside and put back belongs to the calls of one thread, one in the
// other, and can be one for each thread.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_FIX_PUTBACK_H
#define UNGIL_FIX_PUTBACK_H

#include "Link/Program.h"

namespace ungil::fix {

/// Does every function that changes \p Place put its value aside, to be put
/// back later, or work for one that does?
bool isPutBack(const Program &P, EntityId Place);

} // namespace ungil::fix

#endif
