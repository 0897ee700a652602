//===- Companions.h - what is initialised together --------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// `if (!ready) { fill(table); ready = 1; }`: the test of one variable stands
// for the others that are set under it.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_LAZYINIT_COMPANIONS_H
#define UNGIL_RULES_LAZYINIT_COMPANIONS_H

#include "Link/Program.h"
#include "llvm/ADT/STLExtras.h"
#include <set>
#include <vector>

namespace ungil::rules {

/// Other places that are set under the tests under which \p Place is.
inline std::vector<EntityId> setAlong(const Program &P, EntityId Place) {
  std::set<Site> Tests;
  for (const Access &A : P.Places.at(Place))
    if (A.LazyTest != None)
      Tests.insert({A.At.Function, A.LazyTest});
  std::vector<EntityId> Out;
  for (const auto &[Other, Accesses] : P.Places)
    if (Other != Place && llvm::any_of(Accesses, [&](const Access &A) {
          return Tests.count({A.At.Function, A.LazyTest}) != 0;
        }))
      Out.push_back(Other);
  return Out;
}

} // namespace ungil::rules

#endif
