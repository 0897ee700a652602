//===- Lifetime.h - where a reference is used -------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The uses of what one call returned, of what was read out of it, and of its
// copies in other variables: by data flow, as byte offsets, so that they can
// be laid over statements.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_FIX_LIFETIME_H
#define UNGIL_FIX_LIFETIME_H

#include "Link/Program.h"
#include <set>
#include <vector>

namespace ungil::fix {

struct Lifetime {
  /// Events that use the reference or what was read out of it.
  std::vector<EventId> Uses;
  /// Of those, the ones that keep it: stores to fields and globals, calls that
  /// steal it.
  std::set<EventId> Keeps;
  /// Locals that lead into the object: its buffer, a borrowed part.
  std::set<uint32_t> Inner;
  /// Locals that hold the reference itself, or one that a part of the object
  /// lends.
  std::set<uint32_t> Copies;

  bool usedIn(const Program &P, FunctionId F, uint32_t Begin,
              uint32_t End) const;
};

/// Of the reference that call \p S returns, or stores through its argument
/// \p Out - 1.
Lifetime lifetimeOf(const Program &P, Site S, uint32_t Out = 0);

/// Of what \p F reads at \p Where, all reads in one.
Lifetime lifetimeOf(const Program &P, FunctionId F, PathId Where);

} // namespace ungil::fix

#endif
