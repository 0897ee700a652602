// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the interpreter was built with: nothing here depends on it.

#ifndef Py_PYCONFIG_H
#define Py_PYCONFIG_H

#define HAVE_STDATOMIC_H 1
#define SIZEOF_VOID_P 8
#define WITH_THREAD 1
/* #undef Py_GIL_DISABLED */

#endif
