//===- WaitFix.h - the thread state given up around a wait ------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   ssize_t n = read(fd, b, 9);   ->   ssize_t n;
//                                      Py_BEGIN_ALLOW_THREADS
//                                      n = read(fd, b, 9);
//                                      Py_END_ALLOW_THREADS
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_WAITFIX_H
#define UNGIL_RULES_WAITFIX_H

#include "Fix/Fix.h"

namespace ungil::rules {

/// Does the call at \p S wait for something outside of the process?
bool waits(const Program &P, Site S);

/// Gives up the thread state around the statement of \p S, a call that waits.
FixPlan waitFix(const FixContext &Context, Site S);

} // namespace ungil::rules

#endif
