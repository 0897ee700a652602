//===- Storage.h - a variable declared in another way -----------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   static PyObject *a, *current;  ->  static PyObject *a;
//                                      static _Thread_local PyObject *current;
//
// One for each thread, or atomic, in C or in C++ as the file is.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_FIX_STORAGE_H
#define UNGIL_FIX_STORAGE_H

#include "Fix/Variable.h"

namespace ungil::fix {

/// One for each call: without its `static`.
void makeAutomatic(Draft &D, const FixContext &Context, const Variable &V);

/// One for each thread.
void makeThreadLocal(Draft &D, const FixContext &Context, const Variable &V);

/// Atomic, or refuses. Uses stay as they are.
void makeAtomic(Draft &D, const FixContext &Context, const Variable &V);

} // namespace ungil::fix

#endif
