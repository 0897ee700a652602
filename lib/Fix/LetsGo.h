//===- LetsGo.h - where another thread gets in ------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// With the GIL a thread has the interpreter until it calls something that runs
// Python code or gives up the thread state. There, and only there, the author
// had to count on others.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_FIX_LETSGO_H
#define UNGIL_FIX_LETSGO_H

#include "Link/Program.h"
#include "Link/Reach.h"
#include "Link/ThreadState.h"

namespace ungil::fix {

/// Does event \p S let another thread in?
bool letsGo(const Program &P, Site S);

} // namespace ungil::fix

#endif
