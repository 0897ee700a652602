//===- UnderLock.h - statements under a mutex -------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//                                PyMutex_Lock(&mutex);
//   count += 1;                  count += 1;
//   if (count > limit)     ->    if (count > limit) {
//       return fail();               PyMutex_Unlock(&mutex);
//   use(count);                      return fail();
//                                }
//                                use(count);
//                                PyMutex_Unlock(&mutex);
//
// What may run Python code, or takes a lock itself, is left outside. With the
// GIL only such calls let another thread in: where one lies between two uses
// the lock may be let go there, and nowhere else.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_FIX_UNDERLOCK_H
#define UNGIL_FIX_UNDERLOCK_H

#include "Fix/Fix.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <map>
#include <set>
#include <string>
#include <vector>

namespace ungil::fix {

/// Which functions take a lock, and what they need it for.
class LockUsers {
public:
  using UsesByFunction = std::map<FunctionId, std::set<EventId>>;

  /// What whoever knows the state behind the lock says of it.
  struct Questions {
    /// Do caller and callee mean the same lock?
    llvm::function_ref<bool(const CallSite &, FunctionId)> IsSame;
    /// Is a use complete in itself, whatever was done before or comes behind:
    /// counting, or a call of a library?
    llvm::function_ref<bool(Site)> IsAlone;
  };

  /// \p Uses are the events that need it.
  LockUsers(const Program &P, UsesByFunction Uses, const Questions &Ask);

  /// Without helpers that their callers hold it for; the calls of those are
  /// uses.
  const UsesByFunction &all() const { return Uses; }

  /// Does call \p S lead to a function that takes it?
  bool takes(Site S) const;
  /// Does it need the lock before anything lets another thread in?
  bool takesAtOnce(Site S) const;
  /// Does it belong to what else is done under the lock?
  bool belongs(Site S) const;
  /// A function that takes the lock and that a library may call while one of
  /// them holds it: it would wait for itself. None if there is none.
  FunctionId comesBack() const;

private:
  bool isHelper(FunctionId F, const Questions &Ask) const;
  void leaveOutHelpers(const Questions &Ask);
  void findWaysIn();
  void findAtOnce();

  const Program &P;
  UsesByFunction Uses;
  std::set<FunctionId> Leading; ///< to a function that takes it
  std::set<FunctionId> AtOnce;
  std::set<Site> Alone;
};

/// A statement that stores a reference at Path, and what it replaces is
/// released when the lock is given back.
struct Exchange {
  StatementId Store = None;
  std::string Path;
};

/// What a lock is held for in one function.
struct UnderLock {
  const LockUsers &Users;
  std::string Take, Give; ///< statements
  /// Does a value lead into what the lock protects?
  llvm::function_ref<bool(const Origin &)> LeadsInto;
  /// Does a pointer that a library returns, too, which was given it?
  bool LibraryLends = true;
  /// Events of statements that the fix takes away.
  std::set<EventId> Gone = {};
  std::vector<Exchange> Exchanges = {};
};

/// Puts the lock over every use in the function of \p Code, or refuses.
void holdLock(Draft &D, const FixContext &Context, const FunctionText &Code,
              const UnderLock &Wanted);

} // namespace ungil::fix

#endif
