//===- SharedPlace.h - is this place safe without the GIL? ------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The judgement behind shared-global and lazy-init: one place, all of its
// accesses, the locks at each, and the access that nothing protects.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_SHAREDPLACE_H
#define UNGIL_RULES_SHAREDPLACE_H

#include "Link/Program.h"
#include <string>
#include <vector>

namespace ungil::rules {

enum class PlaceProblem : uint8_t {
  Unprotected,   ///< written without a lock
  ReadUnlocked,  ///< writers hold a lock, this reader does not
  LazyInit,      ///< test, then set
  DoubleChecked, ///< set under a lock, tested outside it
};

struct PlaceVerdict {
  PlaceProblem Problem = PlaceProblem::Unprotected;
  Access At;                  ///< the unprotected access
  std::vector<Access> Others; ///< the other side, and where else
  /// Of the structure the place points to; empty: the place itself.
  std::vector<EntityId> Fields;
  /// What its authors say guards it and the access lacks; null: they say
  /// nothing.
  const LockPromise *Promise = nullptr;
  Confidence Conf = Confidence::Medium;
};

/// Its type or storage makes it safe, or another rule's business.
bool isExempt(const Entity &Place);

/// What is wrong with \p Place: nothing, one verdict, or more for the structure
/// it points to, one in each function that needs a lock.
std::vector<PlaceVerdict> judgePlace(const Program &P, EntityId Place);

/// "static variable 'cache'", "global 'counter'", "'types' of what 'state'
/// points to".
std::string placeText(const Program &P, EntityId Place,
                      const PlaceVerdict *V = nullptr);

/// A finding at the unprotected access with definition, other side and trace.
Finding placeFinding(const Program &P, std::string_view Rule, EntityId Place,
                     const PlaceVerdict &V);

} // namespace ungil::rules

#endif
