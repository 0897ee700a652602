//===- Walk.h - loops over what a container lends ---------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A call that lends references out of a container, again and again, wants one
// critical section around all of the calls and uses. The section is let go
// when something in it waits or runs Python code; a reference that is used
// then needs to be a strong one.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_FIX_WALK_H
#define UNGIL_FIX_WALK_H

#include "Fix/Lifetime.h"
#include "Fix/Section.h"

namespace ungil::fix {

/// One variable that receives what the call lends.
struct LentVariable {
  uint32_t Local = None;
  Lifetime Life;
};

struct Walk {
  Site Call;
  unsigned Owner = 0;       ///< argument: the container
  std::string Container;    ///< as an expression
  StatementId Where = None; ///< statement of the call
  /// The call is all that the loop or branch around it asks, and what it lends
  /// is there from the beginning of Part on; None: it is somewhere else.
  StatementId Part = None;
  StatementId From = None;     ///< not from its beginning, but behind this one
  std::vector<EventId> Before; ///< events that belong under the same section
  std::vector<LentVariable> Lent;
};

/// May a section on the container be let go between \p From and \p To?
bool isInterrupted(const Program &P, const Walk &W, EventId From, EventId To);

/// Adds the section around every use of what \p W lends to \p D, and strong
/// references where the section alone does not do, or refuses. \p Whole is the
/// statement it has to be around at least.
void putSectionAround(Draft &D, const FixContext &Context,
                      const FunctionText &Code, const Walk &W,
                      StatementId Whole);

} // namespace ungil::fix

#endif
