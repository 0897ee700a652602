//===- CacheFix.h - the first object that is kept wins ----------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   static PyObject *type = NULL;        static _Atomic(PyObject *) type_cache;
//   if (type == NULL) {                  PyObject *type = load(type_cache);
//       type = make();              ->   if (type == NULL) {
//   }                                        type = keep_first(&type_cache,
//                                                              make());
//                                        }
//
// The name stays and becomes a variable of the call, so that no use of it
// changes. No lock is held while Python code runs.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_LAZYINIT_CACHEFIX_H
#define UNGIL_RULES_LAZYINIT_CACHEFIX_H

#include "Fix/Fix.h"

namespace ungil::rules {

/// For object \p Place, a static variable of function \p F; with it for those
/// that are set under the same test.
FixPlan cacheFix(const FixContext &Context, EntityId Place, FunctionId F);

} // namespace ungil::rules

#endif
