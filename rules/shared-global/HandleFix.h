//===- HandleFix.h - one lock for one handle of a library -------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   static FT_Library library;          static FT_Library library;
//                                       static PyMutex library_mutex;
//   err = FT_New_Face(library, ..);
//                                 ->    PyMutex_Lock(&library_mutex);
//                                       err = FT_New_Face(library, ..);
//                                       PyMutex_Unlock(&library_mutex);
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_HANDLEFIX_H
#define UNGIL_RULES_HANDLEFIX_H

#include "Fix/Fix.h"

namespace ungil::rules {

/// Puts every call that is given the handle in \p Place under one new lock.
FixPlan handleFix(const FixContext &Context, EntityId Place);

} // namespace ungil::rules

#endif
