//===- MutexMember.h - a mutex in an object's structure ---------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A PyMutex that is zero is unlocked. tp_alloc zeroes the memory of an object;
// PyObject_New() does not, and the mutex is set behind it.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_OBJECT_FIELD_MUTEXMEMBER_H
#define UNGIL_RULES_OBJECT_FIELD_MUTEXMEMBER_H

#include "Fix/Fix.h"
#include <string>
#include <vector>

namespace ungil::rules {

class MutexMember {
public:
  MutexMember(const FixContext &Context, EntityId Record);

  /// A name that no field of the structure has.
  const std::string &name() const { return Name; }

  /// Adds the member, which protects \p What, and what sets it to \p Edits.
  /// Why not, as part of a sentence; empty when all is well.
  std::string add(const std::string &What, std::vector<Edit> &Edits) const;

private:
  void findBraces();
  std::string declare(const std::string &What, std::vector<Edit> &Edits) const;
  std::string whyNotInside() const;
  std::string initialise(FunctionId F, std::vector<Edit> &Edits) const;
  const Local *madeBy(FunctionId F, EventId E) const;
  bool isOurs(const Origin &O, FunctionId F) const;

  const FixContext &Context;
  const Program &P;
  EntityId Record;
  FileId File = NoFile;
  uint32_t Open = 0, Close = 0; ///< braces of the structure; 0: not found
  std::string Name = "mutex";
};

} // namespace ungil::rules

#endif
