//===- SlotFix.h - objects made on first use, kept in slots -----*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   static PyObject *zones[N];         static _Atomic(PyObject *) zones[N];
//   zone = zones[i];                   zone = zones[i];
//   if (zone == NULL) {           ->   if (zone == NULL) {
//       zone = make(i);                    zone = make(i);
//       zones[i] = zone;                   zone = keep_first(&zones[i], zone);
//   }                                  }
//
// For arrays and for variables that functions share: reading stays as it is,
// for C and C++ read atomic variables by their name. What is kept once stays
// until the end of the process.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_LAZYINIT_SLOTFIX_H
#define UNGIL_RULES_LAZYINIT_SLOTFIX_H

#include "Fix/Fix.h"

namespace ungil::rules {

FixPlan slotFix(const FixContext &Context, EntityId Place);

} // namespace ungil::rules

#endif
