//===- SharedField.h - is this field safe without the GIL? ------*- C++ -*-===//
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

#ifndef UNGIL_RULES_SHAREDFIELD_H
#define UNGIL_RULES_SHAREDFIELD_H

#include "Link/Program.h"
#include "Rules/ObjectLocks.h"
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

/// What keeps the accesses of one part of a field apart: the field itself, or
/// what it leads to.
struct FieldPart {
  bool Written = false;    ///< by more than the object's construction
  bool Reached = false;    ///< by threads, as far as is seen
  bool Consistent = false; ///< one lock wherever threads are seen to come
  std::string Lock;        ///< most hold it; empty: none that has a name
  bool Promised = false;   ///< it is the one that authors say guards the part
};

struct FieldJudgement {
  /// One for each part of the field and function, fewer where no lock protects
  /// the field at all.
  std::vector<FieldVerdict> Verdicts;
  std::vector<FieldPart> Parts;
};

/// Judges each field once, when it is first asked about: the rule, every plan
/// of an edit and the inventory ask (Program::model).
class FieldVerdicts {
public:
  explicit FieldVerdicts(const Program &P);

  const std::vector<FieldVerdict> &of(EntityId Field) {
    return judge(Field).Verdicts;
  }
  const FieldJudgement &judge(EntityId Field);

private:
  const Program &P;
  ObjectLockModel &Locks;
  std::map<EntityId, const MemberEntry *> Assigned; ///< fields Python assigns
  std::map<EntityId, FieldJudgement> Judged;
};

} // namespace ungil::rules

#endif
