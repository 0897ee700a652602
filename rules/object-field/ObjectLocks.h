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

#ifndef UNGIL_RULES_OBJECT_FIELD_OBJECTLOCKS_H
#define UNGIL_RULES_OBJECT_FIELD_OBJECTLOCKS_H

#include "Link/Program.h"
#include <map>
#include <set>
#include <string>

namespace ungil::rules {

struct ObjectLocks {
  std::set<std::string> Names;
  bool Unknown = false; ///< a lock the model cannot name: give it the benefit
};

ObjectLocks locksOf(const Program &P, const FieldAccess &A);

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
