//===- Steps.h - a load and a store that are not one step -------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the rule finds and its fixes mend, worked out once a program.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_ATOMICSEQUENCE_STEPS_H
#define UNGIL_RULES_ATOMICSEQUENCE_STEPS_H

#include "Link/Program.h"
#include <cstdint>
#include <map>

namespace ungil::rules {

enum class AtomicLoss : uint8_t {
  Update,  ///< the value stored is computed from the one loaded
  Swap,    ///< the value loaded is released once it is replaced
  Claim,   ///< tested, then taken: two threads both have it
  Publish, ///< tested, then set to what was made meanwhile
};

struct LoadAndStore {
  EventId Load = None;
  EventId Witness = None; ///< the test, or the release
  AtomicLoss What = AtomicLoss::Update;
  Path Where;
  /// It is only ever 0 or what this store stores.
  bool TwoValued = false;
};

struct AtomicSteps {
  explicit AtomicSteps(const Program &P);
  std::map<Site, LoadAndStore> ByStore;
};

} // namespace ungil::rules

#endif
