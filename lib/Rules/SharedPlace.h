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
#include <optional>
#include <set>
#include <string>
#include <string_view>
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

/// One part of a place and all accesses of it that threads may make at the same
/// time: the place itself, a field of it, or one of the structure it points to.
struct PlacePart {
  EntityId Field = None; ///< of the structure behind it; None: of the place
  std::vector<Access> Live;
  bool Written = false;
  /// The locks, by name, that every access holds; nothing when each is under
  /// one that the model cannot name.
  std::optional<std::set<std::string>> Locks;

  /// Can no two accesses get in each other's way?
  bool isSafe() const { return !Written || !Locks || !Locks->empty(); }
};

/// The field of the structure behind a place that \p A is about: state of its
/// own, not a part of the place. None for the place itself.
EntityId fieldBehind(const Program &P, const Access &A);

/// What is wrong with \p Place: nothing, one verdict, or more for the structure
/// it points to, one in each function that needs a lock. The parts are added to
/// \p Parts.
std::vector<PlaceVerdict> judgePlace(const Program &P, EntityId Place,
                                     std::vector<PlacePart> *Parts = nullptr);

/// Is it about a handle that some thread uses without a thread state? Then its
/// library was trusted to be thread-safe while there still was a GIL.
bool isTrusted(const Program &P, const PlaceVerdict &V);

/// `static variable`, `static member`, `global`.
std::string_view placeKind(const Entity &Place);

/// "static variable 'cache'", "global 'counter'", "'types' of what 'state'
/// points to".
std::string placeText(const Program &P, EntityId Place,
                      const PlaceVerdict *V = nullptr);

/// A finding at the unprotected access with definition, other side and trace.
Finding placeFinding(const Program &P, std::string_view Rule, EntityId Place,
                     const PlaceVerdict &V);

} // namespace ungil::rules

#endif
