//===- PlaceLock.h - one lock beside one variable ---------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// State that calls find as earlier calls left it gets a PyMutex of its own,
// which every function holds where it uses it. A handle of a library needs it
// for the calls that are given it.
//
//   static FT_Library library;    ->  static PyMutex library_mutex;
//   err = FT_New_Face(library, ..);
//                                 ->    PyMutex_Lock(&library_mutex);
//                                       err = FT_New_Face(library, ..);
//                                       PyMutex_Unlock(&library_mutex);
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_PLACELOCK_H
#define UNGIL_RULES_PLACELOCK_H

#include "Fix/Fix.h"
#include "llvm/ADT/ArrayRef.h"

namespace ungil::rules {

/// Puts everything that uses \p Place under one new lock beside it, and what
/// uses \p Along, which says something about it.
FixPlan lockFix(const FixContext &Context, EntityId Place,
                llvm::ArrayRef<EntityId> Along = {});

/// The same with the calls that are given the handle in it.
FixPlan handleFix(const FixContext &Context, EntityId Place);

} // namespace ungil::rules

#endif
