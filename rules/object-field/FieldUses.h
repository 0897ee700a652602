//===- FieldUses.h - where one function uses an object's fields -*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The statements that a section on the object has to be around: accesses of
// its fields, uses of what was read from them and is not held otherwise, and
// calls of helpers that do the same.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_OBJECT_FIELD_FIELDUSES_H
#define UNGIL_RULES_OBJECT_FIELD_FIELDUSES_H

#include "Fix/Section.h"
#include <set>
#include <string>
#include <vector>

namespace ungil::rules {

class FieldUses {
public:
  FieldUses(const Program &P, const fix::FunctionText &Code,
            std::vector<const FieldAccess *> Accesses,
            const std::set<FunctionId> &Helpers)
      : P(P), Code(Code), Body(P.body(Code.F)), Accesses(std::move(Accesses)),
        Helpers(Helpers) {}

  /// The parameter that all accesses go through; refuses when there is none.
  std::string object(fix::Draft &D) const;

  /// The smallest section around all of it, releases moved behind its end.
  fix::Section section(fix::Draft &D);

  /// Refuses what a section around the whole body is no cure for.
  void checkWhole(fix::Draft &D) const;

private:
  bool isPointer(const FieldAccess &A) const;
  bool isReplaced(const FieldAccess &A) const;
  bool leadsTo(const std::vector<Origin> &Set, PathId Where) const;
  bool uses(EventId E, PathId Where) const;
  bool takesReference(EventId Use, PathId Where) const;
  bool isLetGo(EventId Use, const FieldAccess &A) const;
  std::vector<EventId> borrowedUses(fix::Draft &D) const;
  bool suspends(EventId From, EventId Use) const;
  std::vector<uint32_t> places(fix::Draft &D) const;
  void moveReleases(fix::Draft &D, fix::Section &S) const;
  uint32_t offsetOf(EventId E) const { return Body.Events[E].Range.Offset; }

  const Program &P;
  const fix::FunctionText &Code;
  const Function &Body;
  std::vector<const FieldAccess *> Accesses;
  const std::set<FunctionId> &Helpers;
};

} // namespace ungil::rules

#endif
