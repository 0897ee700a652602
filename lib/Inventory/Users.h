//===- Users.h - who uses a place, and under which locks --------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Locks have names that are the same in every function (Rules/Common.h,
// Rules/ObjectLocks.h); here they get words. The accesses of a place become
// one line for each function that reads it, writes it or hands it on.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_INVENTORY_USERS_H
#define UNGIL_INVENTORY_USERS_H

#include "Link/Program.h"
#include "Report/Inventory.h"
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace ungil {

/// Names of locks; nothing: one is held that has no name.
using LockSet = std::optional<std::set<std::string>>;

class LockWords {
public:
  explicit LockWords(const Program &P);

  /// `lock 'cache_lock'`, `critical section on the object`.
  std::string text(const std::string &Name) const;
  /// All of \p Names; empty for none.
  std::string text(const std::set<std::string> &Names) const;

  /// The names of the locks held at \p S.
  LockSet at(const Program &P, Site S) const;

private:
  std::map<std::string, std::string> ByName;
};

/// Writers first, those of initialisation last; then by where they are. What is
/// there twice is once.
void sortUses(std::vector<StateUse> &Uses);

/// The users of one place.
class Users {
public:
  Users(const Program &P, const LockWords &Words) : P(P), Words(Words) {}

  void add(Site At, StateUse::Kind How, const LockSet &Held);
  bool any(StateUse::Kind How, bool AtInit) const;
  bool clears() const; ///< tp_clear, or what only it calls, writes it

  std::vector<StateUse> take() const; ///< as sortUses() has it

private:
  struct User {
    Site First;
    /// Held at every access that is not under a lock without a name.
    LockSet Held;
  };

  const Program &P;
  const LockWords &Words;
  std::map<std::pair<FunctionId, StateUse::Kind>, User> All;
};

} // namespace ungil

#endif
