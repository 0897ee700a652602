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

#include "FieldText.h"
#include "Fix/Section.h"
#include "llvm/ADT/StringRef.h"
#include <set>
#include <string>
#include <vector>

namespace ungil::rules {

/// The innermost field that \p A names, in the object itself.
EntityId leafOf(const FieldAccess &A);

/// Is \p E Py_INCREF or the like?
bool takesOne(const Program &P, const Event &E);

class FieldUses {
public:
  FieldUses(const Program &P, const fix::FunctionText &Code,
            std::vector<const FieldAccess *> Accesses,
            const std::set<FunctionId> &Helpers)
      : P(P), Code(Code), Body(P.body(Code.F)), Accesses(std::move(Accesses)),
        Helpers(Helpers) {}

  /// The parameter that all accesses go through; refuses when there is none.
  std::string parameter(fix::Draft &D) const;

  /// The smallest section around all of it, releases moved behind its end.
  fix::Section section(fix::Draft &D);

  /// A section around statements of one block, releases moved behind its end.
  fix::Section sectionOf(fix::Draft &D, fix::StatementId First,
                         fix::StatementId Last);

  bool isPointer(const FieldAccess &A) const;
  /// Where \p A reads; None when that is not clear.
  PathId pathOf(const FieldAccess &A) const;
  bool leadsTo(const std::vector<Origin> &Set, PathId Where) const;
  /// Does event \p E use what is stored at \p Where?
  bool uses(EventId E, PathId Where) const;
  /// Is a reference taken before \p Use, or in its statement?
  bool takesReference(EventId Use, PathId Where) const;
  /// Is \p Leaf changed in bytes \p Begin to \p End?
  bool writesBetween(EntityId Leaf, uint32_t Begin, uint32_t End) const;
  /// Is it the release of what the function has replaced, which needs no
  /// section?
  bool isOldRelease(const FieldAccess &A) const;
  /// Can it be NULL, for all that other functions do?
  bool isCleared(const FieldAccess &A) const;
  /// May a section on the object be let go between the two, or in \p Use?
  bool suspends(EventId From, EventId Use) const;

  /// Refuses what a section around the whole body is no cure for.
  void checkWhole(fix::Draft &D) const;

private:
  std::string object(fix::Draft &D, uint32_t Begin, uint32_t End) const;
  std::string variable(fix::Draft &D) const;
  std::string parameterName(fix::Draft &D) const;
  bool isStoredBehind(fix::StatementId S, fix::StatementId Last,
                      llvm::StringRef Field) const;
  void moveRelease(fix::StatementId S, const FieldAccess &A, fix::Draft &D,
                   fix::Section &Out) const;
  bool isReplaced(const FieldAccess &A) const;
  bool isLetGo(EventId Use, const FieldAccess &A) const;
  std::vector<EventId> borrowedUses(fix::Draft &D) const;
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
