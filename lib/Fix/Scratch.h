//===- Scratch.h - storage that is written before it is read ----*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A static buffer or variable that no call finds a value of an earlier call in
// can be one for each thread, or for each call. That is proved over all ways
// into the code, through calls.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_FIX_SCRATCH_H
#define UNGIL_FIX_SCRATCH_H

#include "Link/Program.h"
#include <string>

namespace ungil::fix {

/// Who reads \p Place before writing it, as part of a sentence ("method 'get'
/// reads it before ..."); empty when nobody does.
std::string readsOldValue(const Program &P, EntityId Place);

} // namespace ungil::fix

#endif
