//===- InPlace.h - borrowed references that no variable holds ---*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The call is an argument, or its result goes right into a field: a temporary
// holds the strong reference, or the Py_INCREF that follows is not needed.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_BORROWED_REF_INPLACE_H
#define UNGIL_RULES_BORROWED_REF_INPLACE_H

#include "Fix/Fix.h"

namespace ungil::rules {

/// A call that lends, and what takes its place.
struct LentInPlace {
  Site At;
  fix::CallText Call;
  fix::StatementId Where = None;
  const Replacement *Strong = nullptr;

  bool out() const {
    return Strong->Form == ReplaceForm::Out ||
           Strong->Form == ReplaceForm::OutSilent ||
           Strong->Form == ReplaceForm::OutNone;
  }
  /// `Name(args)`, with \p Result behind the arguments for an out form.
  std::string replacement(const std::string &Result) const;
};

/// Adds the edits to \p D, or refuses.
void fixInPlace(fix::Draft &D, const FixContext &Context,
                const fix::FunctionText &Code, const LentInPlace &Lent);

} // namespace ungil::rules

#endif
