//===- TwoSteps.h - two steps on one container ------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the rule finds and its fixes mend: a call that looks at a container, a
// later one that relies on what it said, and what is lost in between.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_CHECKTHENACT_TWOSTEPS_H
#define UNGIL_RULES_CHECKTHENACT_TWOSTEPS_H

#include "Link/Program.h"
#include <cstdint>
#include <optional>

namespace ungil::rules {

enum class ContainerLoss : uint8_t {
  Update,    ///< stored: computed from what was read
  Lost,      ///< stored: a new container, to which things are then added
  Twins,     ///< stored: a new object that others get as well
  Duplicate, ///< appended, since it was not there
  Popped,    ///< read, then deleted
  Gone,      ///< there a moment ago, then deleted
  Shrunk,    ///< an index that was below the size
};

struct TwoSteps {
  EventId Check = None;
  ContainerLoss What = ContainerLoss::Update;
};

/// Of those that end with call \p Act, the worst.
std::optional<TwoSteps> twoStepsAt(const Program &P, Site Act);

} // namespace ungil::rules

#endif
