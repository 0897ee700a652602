//===- ObjectLocks.h - which locks protect this object ----------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Locks by name, seen from one object: its own critical section and mutexes
// have the same name whatever the pointer to the object is called, those of
// another object have none.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_OBJECTLOCKS_H
#define UNGIL_RULES_OBJECTLOCKS_H

#include "Link/NestedAnswers.h"
#include "Link/Program.h"
#include <map>
#include <set>
#include <string>

namespace ungil::rules {

struct ObjectLocks {
  std::set<std::string> Names;
  bool Unknown = false; ///< a lock the model cannot name: give it the benefit
};

class ObjectLockModel {
public:
  explicit ObjectLockModel(const Program &P);

  /// What protects \p A: locks held there or by every caller that others can
  /// run beside, and a busy flag that was claimed under a lock before.
  ObjectLocks at(const FieldAccess &A);

  /// The name of the lock that \p Said says guards a field.
  std::string named(const LockPromise &Said) const;

private:
  ObjectLocks held(Site At, const Origin &Object,
                   const std::vector<HeldLock> &Locks);
  void addCallers(FunctionId F, const Origin &Object, ObjectLocks &Into);
  ObjectLocks commonToCallers(FunctionId F, uint32_t Param);
  void addClaims(Site At, const Origin &Object, ObjectLocks &Into);

  const Program &P;
  NestedAnswers Nested;
  std::map<std::pair<FunctionId, uint32_t>, ObjectLocks> FromCallers;
  /// Functions that test and set a busy flag of an object, both under one
  /// lock, and the write.
  struct Claim {
    Origin Object;
    EventId Write;
    std::string Flag;
  };
  std::map<FunctionId, std::vector<Claim>> Claims;
};

/// The lock that several accesses have in common.
class CommonLock {
public:
  void add(const ObjectLocks &Held);
  bool any() const { return Total; }
  /// The name most of them hold, empty when none holds a named lock.
  std::string favourite() const;
  /// Do all hold it?
  bool everywhere() const;

private:
  size_t Total = 0, Unknown = 0;
  std::map<std::string, size_t> Count;
};

} // namespace ungil::rules

#endif
