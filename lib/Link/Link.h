//===- Link.h - facts of all units to one program ---------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   TuFacts... ── link() ──► Program
//
// The passes, in order, each in a file of its own: Merge, Values, CallGraph
// (phases and traces), Locks, Ownership, Places, Fields.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_LINK_LINK_H
#define UNGIL_LINK_LINK_H

#include "Link/Program.h"
#include <vector>

namespace ungil {

/// Joins \p Units and derives everything rules ask for. \p Known must outlive
/// the program.
Program link(std::vector<TuFacts> Units, const Api &Known);

} // namespace ungil

#endif
