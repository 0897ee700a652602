//===- FieldReads.h - references read from fields, held ---------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An object that a field holds is used by calls that let go of any section:
// what is done under the section is to take a reference of one's own, and the
// use has that.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_OBJECT_FIELD_FIELDREADS_H
#define UNGIL_RULES_OBJECT_FIELD_FIELDREADS_H

#include "FieldText.h"
#include "FieldUses.h"
#include "Fix/Hold.h"
#include <string>
#include <vector>

namespace ungil::rules {

class FieldReads {
public:
  /// \p Accesses are reads, and tests of the fields that they read.
  FieldReads(const FixContext &Context, const fix::FunctionText &Code,
             const FieldUses &Uses, std::vector<const FieldAccess *> Accesses)
      : Context(Context), P(Code.P), Code(Code), Uses(Uses),
        Accesses(std::move(Accesses)) {}

  /// Adds to \p Out the references that all of them need, or refuses.
  void hold(fix::Draft &D, fix::Holds &Out);

private:
  struct Read {
    const FieldAccess *Access = nullptr;
    fix::StatementId Where = None;
    FieldText Text;
    std::string Path;
  };
  struct Group {
    std::vector<Read> Reads;
    fix::StatementId At = None; ///< in front of it the reference is taken
    fix::StatementId First = None, Last = None;
    bool Tested = false; ///< the first statement asks whether it is NULL
  };

  void findReads(fix::Draft &D);
  void group();
  fix::StatementId headOf(const Read &R) const;
  void checkLoop(fix::Draft &D, const Group &G) const;
  bool joins(const Group &G, const Read &R) const;
  void findLast(fix::Draft &D, Group &G) const;
  void checkUse(fix::Draft &D, const Group &G, EventId E) const;
  bool tookBefore(EventId E, PathId Where) const;
  bool takesItself(const Group &G) const;
  std::string typeOf(const Read &R) const;
  void add(fix::Draft &D, fix::Holds &Out, const Group &G) const;
  bool own(fix::Draft &D, const fix::HeldReference &H, const Read &R) const;
  std::string ownVariable(const Group &G) const;
  fix::StatementId siblingAround(fix::StatementId S,
                                 fix::StatementId Like) const;

  const FixContext &Context;
  const Program &P;
  const fix::FunctionText &Code;
  const FieldUses &Uses;
  std::vector<const FieldAccess *> Accesses;
  std::vector<Read> Reads;
  std::vector<Group> Groups;
};

} // namespace ungil::rules

#endif
