//===- Attached.h - where a thread state is certain -------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A critical section needs a thread state. Rules take a function that nobody
// is seen to call to have one; an edit must not. A library that was given a
// function may call it from anywhere: whether with a thread state is told by
// what the function does. One that uses Python at once is called with it, one
// that never does, or attaches itself first, perhaps without.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_FIX_ATTACHED_H
#define UNGIL_FIX_ATTACHED_H

#include "Link/Program.h"
#include "Link/ThreadState.h"
#include <map>

namespace ungil::fix {

/// Is \p F given to a library, which calls it when it likes?
bool isGivenAway(const Program &P, FunctionId F);

/// Does \p S call a library, which may call what it was given?
bool callsLibrary(const Program &P, Site S);

/// Made once a program (Program::model).
class AttachedModel {
public:
  explicit AttachedModel(const Program &P);

  /// Has the thread its state at event \p S, as far as anybody can know?
  bool isAttached(Site S) const;
  /// Whenever \p F is called?
  bool isEnteredAttached(FunctionId F) const;

private:
  void enter(FunctionId F);

  const Program &P;
  /// Functions that may be entered without a thread state, and how it goes on.
  std::map<FunctionId, ThreadStates::Run> Detached;
};

} // namespace ungil::fix

#endif
