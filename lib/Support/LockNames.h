//===- LockNames.h - names that speak of a lock -----------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the front end could not read is judged by its text: a lock that is
// lost makes everything after it look unprotected.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_SUPPORT_LOCKNAMES_H
#define UNGIL_SUPPORT_LOCKNAMES_H

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"

namespace ungil {

/// May source text \p Text take or give back a lock, or (de)tach a thread?
inline bool speaksOfLock(llvm::StringRef Text) {
  return llvm::any_of(
      llvm::ArrayRef<const char *>{"lock", "mutex", "critical", "guard",
                                   "synchron", "monitor", "gil", "_begin",
                                   "begin_", "acquire", "thread"},
      [&](const char *Word) { return Text.contains_insensitive(Word); });
}

} // namespace ungil

#endif
