//===- Strangers.h - who calls without a thread state -----------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Threads that Python knows nothing of enter an extension in ways that no call
// shows: they are started by it, or run a library that was given functions of
// it. What kind of thread a function must expect is told by those beside it:
// whoever wrote a PyGILState_Ensure into one callback of a table knew that
// their caller has no thread state.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_STRANGERS_H
#define UNGIL_RULES_STRANGERS_H

#include "Link/ThreadState.h"
#include <map>

namespace ungil::rules {

/// How it is known that a function is entered without a thread state.
struct Stranger {
  enum Sign : uint8_t {
    Thread,  ///< it is the start of a thread, or runs in one only it starts
    Company, ///< what is called in the same way attaches itself (Witness)
    Itself,  ///< it attaches itself, later on
    Library, ///< it overrides a function of a library's class
  } How = Thread;
  FunctionId Witness = None;
};

std::map<FunctionId, Stranger> findStrangers(const Program &P,
                                             const ThreadStates &Threads);

} // namespace ungil::rules

#endif
