//===- CacheSlots.h - references that a variable keeps ----------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   Py_XDECREF(cache[i]);             PyObject *old = cache[i];
//   Py_INCREF(value);          ->     Py_INCREF(value);
//   cache[i] = value;                 cache[i] = value;
//                                     (give the lock back)
//                                     Py_XDECREF(old);
//
// Under a lock nothing is released that may run Python code: what is replaced
// is put aside, and released behind the lock. A value that was read before
// something let go of the lock is no longer what is replaced.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_CACHESLOTS_H
#define UNGIL_RULES_CACHESLOTS_H

#include "Fix/UnderLock.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <set>
#include <string>
#include <vector>

namespace ungil::rules {

class CacheSlots {
public:
  /// Of one function. \p LeadsInto says of a value whether the variable keeps
  /// the reference.
  CacheSlots(const fix::FunctionText &Code,
             llvm::function_ref<bool(const Origin &)> LeadsInto)
      : Code(Code), P(Code.P), LeadsInto(LeadsInto) {}

  /// Finds how the reference is replaced that event \p Write stores. Why that
  /// is not clear; empty when it is.
  std::string addStore(EventId Write);

  /// Calls that are given what it keeps: they need the lock as well.
  std::set<EventId> uses() const;
  /// What goes away with the old releases.
  const std::set<EventId> &gone() const { return Gone; }
  /// Is a reference handed out that nobody took?
  bool lends() const;

  const std::vector<fix::Exchange> &exchanges() const { return Exchanges; }
  /// Takes the old releases away.
  void removeReleases(fix::Draft &D) const;

private:
  bool isLent(const std::vector<Origin> &Set) const;
  bool isLent(EventId E) const;
  bool releases(fix::StatementId S, const std::string &Path) const;

  const fix::FunctionText &Code;
  const Program &P;
  llvm::function_ref<bool(const Origin &)> LeadsInto;
  std::vector<fix::Exchange> Exchanges;
  std::vector<fix::StatementId> Releases;
  std::set<EventId> Gone;
};

} // namespace ungil::rules

#endif
