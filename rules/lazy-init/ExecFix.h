//===- ExecFix.h - what first use made, made by module init -----*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   PyObject *get(void) {              int exec(PyObject *module) {
//       if (table == NULL) {               if (table == NULL) {
//           table = make();                    table = make();
//           if (table == NULL)                 if (table == NULL)
//               return NULL;        ->             return -1;
//       }                                  }
//       return table;                      ...
//
// Where what is made depends on nothing that the call was given, and there is
// one function that every import of the module runs.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_LAZYINIT_EXECFIX_H
#define UNGIL_RULES_LAZYINIT_EXECFIX_H

#include "Fix/Fix.h"

namespace ungil::rules {

FixPlan execFix(const FixContext &Context, EntityId Place);

} // namespace ungil::rules

#endif
