//===- Frame.h - something done around one call -----------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   int n = call();         int n;
//                     ->    FRONT
//                           n = call();
//                           BACK
//
// The statement of the call comes between the two; where it leaves, or declares
// or tests the result, only the call does.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_FIX_FRAME_H
#define UNGIL_FIX_FRAME_H

#include "Fix/Fix.h"
#include <string>

namespace ungil::fix {

/// Puts \p Front and \p Back around the call \p E, or refuses.
void frameCall(Draft &D, const FunctionText &Code, EventId E,
               const std::string &Front, const std::string &Back);

} // namespace ungil::fix

#endif
