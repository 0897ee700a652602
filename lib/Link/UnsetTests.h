//===- UnsetTests.h - `is it still unset?` ----------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Branches that ask whether something is still unset, and the block that runs
// when it is: the first half of every initialisation on first use.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_LINK_UNSETTESTS_H
#define UNGIL_LINK_UNSETTESTS_H

#include "Link/Program.h"
#include <vector>

namespace ungil {

struct UnsetTest {
  PathId Tested = None; ///< canonical path whose value is tested
  EventId Branch = None;
  uint32_t Block = None; ///< where control goes when it is unset
};

std::vector<UnsetTest> unsetTests(const Program &P, FunctionId F);

/// The dominator tree of one function.
class Dominance {
public:
  explicit Dominance(const Function &F);

  /// Does every way to \p Block lead through \p Head?
  bool under(uint32_t Block, uint32_t Head) const;

private:
  std::vector<uint32_t> Parent;
};

} // namespace ungil

#endif
