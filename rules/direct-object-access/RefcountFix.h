//===- RefcountFix.h - the count through the API ----------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   op->ob_refcnt == 1     ->  Py_REFCNT(op) == 1
//   op->ob_refcnt++;       ->  Py_INCREF(op);
//   op->ob_refcnt = 1;     ->  Py_SET_REFCNT(op, 1);
//
// Free-threaded headers do not declare the field, so nothing is known of the
// expression but its text.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_DIRECTOBJECTACCESS_REFCOUNTFIX_H
#define UNGIL_RULES_DIRECTOBJECTACCESS_REFCOUNTFIX_H

#include "Fix/Fix.h"

namespace ungil::rules {

FixPlan refcountFix(const FixContext &Context, const Finding &Found);

} // namespace ungil::rules

#endif
