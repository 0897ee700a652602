//===- Chain.h - the code that runs under a slot ----------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Everything a slot function runs, through helpers, with the calls that lead
// there.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_TRAVERSEREFCOUNT_CHAIN_H
#define UNGIL_RULES_TRAVERSEREFCOUNT_CHAIN_H

#include "Link/Program.h"
#include <functional>
#include <map>
#include <set>
#include <vector>

namespace ungil::rules {

/// One function below a slot: how it was reached, and which of its parameters
/// hold the object the slot was called for.
struct Below {
  FunctionId Function = None;
  std::vector<Site> Calls; ///< from the slot's function down to here
  std::set<unsigned> Self; ///< parameters that are the object itself
  bool Virtual = false;    ///< a call on the way may go elsewhere
};

/// \p Root and the functions it calls, each once, by the shortest way.
/// \p Stop says which ones to leave out.
std::vector<Below> below(const Program &P, FunctionId Root,
                         const std::function<bool(FunctionId)> &Stop);

/// The field of the object itself that \p O is the value of (`self->x`,
/// `self->part.x`); None for anything else.
EntityId ownField(const Program &P, const Below &B, const Origin &O);

} // namespace ungil::rules

#endif
