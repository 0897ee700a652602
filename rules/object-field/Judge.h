//===- Judge.h - is this field safe without the GIL? ------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The judgement behind object-field: one field, all of its accesses, the
// locks at each, and per function the access that nothing protects.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_OBJECT_FIELD_JUDGE_H
#define UNGIL_RULES_OBJECT_FIELD_JUDGE_H

#include "Link/Program.h"
#include "ObjectLocks.h"
#include <map>
#include <string>
#include <vector>

namespace ungil::rules {

/// What goes wrong, from nuisance to memory corruption.
enum class Harm : uint8_t {
  Promise,   ///< the objects are said to be immutable
  Value,     ///< one value or the other
  Sequence,  ///< values that belong together, or to one call, come apart
  Contents,  ///< what the field points to is changed under a user
  Lazy,      ///< made twice
  Buffer,    ///< storage released under a user
  Container, ///< a C++ container changed under a user
  Reference, ///< a reference released twice, or under a user
};

struct FieldVerdict {
  Harm What = Harm::Value;
  FieldAccess At;                       ///< the unprotected access
  std::vector<FieldAccess> Others;      ///< the other side
  std::string Lock;                     ///< that most other accesses hold
  const LockPromise *Promise = nullptr; ///< authors say what guards it
  const MemberEntry *Member = nullptr;  ///< Python assigns it without C code
  Confidence Conf = Confidence::Medium;
};

/// Judges each field once, when it is first asked about: the rule and every
/// plan of an edit ask (Program::model).
class FieldVerdicts {
public:
  explicit FieldVerdicts(const Program &P);

  /// One verdict for each part of the field and function, fewer where no lock
  /// protects the field at all.
  const std::vector<FieldVerdict> &of(EntityId Field);

private:
  const Program &P;
  ObjectLockModel &Locks;
  std::map<EntityId, const MemberEntry *> Assigned; ///< fields Python assigns
  std::map<EntityId, std::vector<FieldVerdict>> Judged;
};

} // namespace ungil::rules

#endif
