// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A small imitation of the C API of CPython 3.13, for tests that must not
// depend on an installed Python. Names, signatures and the shape of macros
// are the real ones, because the shape is what an analysis sees; function
// bodies are the shortest that compile. Nothing here can be linked or run.
//
//   object.h      objects, types, reference counts, slots
//   pymem.h       allocation, garbage collection
//   containers.h  list, tuple, dict, set, str, bytes, numbers, buffers
//   pythread.h    locks, critical sections, thread states
//   abstract.h    calls, protocols, errors, modules, everything else

#ifndef Py_PYTHON_H
#define Py_PYTHON_H

#include "patchlevel.h"
#include "pyconfig.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <wchar.h>

#ifdef __cplusplus
#define Py_EXTERN_C extern "C"
#define _Py_NULL nullptr
#define _Py_CAST(type, expr) ((type)(expr))
#define PyMODINIT_FUNC                                                        \
  extern "C" __attribute__((visibility("default"))) PyObject *
#else
#define Py_EXTERN_C
#define _Py_NULL NULL
#define _Py_CAST(type, expr) ((type)(expr))
#define PyMODINIT_FUNC __attribute__((visibility("default"))) PyObject *
#endif
#define PyAPI_FUNC(type) extern type
#define PyAPI_DATA(type) extern type
#define Py_UNUSED(name) _unused_##name __attribute__((unused))
#define Py_ALWAYS_INLINE __attribute__((always_inline))
#define Py_DEPRECATED(version) __attribute__((deprecated))
#define Py_UNREACHABLE() __builtin_unreachable()
#define Py_MIN(x, y) (((x) > (y)) ? (y) : (x))
#define Py_MAX(x, y) (((x) > (y)) ? (x) : (y))
#define Py_ABS(x) ((x) < 0 ? -(x) : (x))
#define Py_ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define Py_STRINGIFY(x) #x
#define Py_CHARMASK(c) ((unsigned char)((c) & 0xff))
#define PyDoc_VAR(name) static const char name[]
#define PyDoc_STR(str) str
#define PyDoc_STRVAR(name, str) PyDoc_VAR(name) = PyDoc_STR(str)
#define PY_SSIZE_T_MAX ((Py_ssize_t)(((size_t)-1) >> 1))
#define PY_SSIZE_T_MIN (-PY_SSIZE_T_MAX - 1)
#define PYTHON_API_VERSION 1013

typedef ssize_t Py_ssize_t;
typedef Py_ssize_t Py_hash_t;
typedef uint32_t Py_UCS4;
typedef uint16_t Py_UCS2;
typedef uint8_t Py_UCS1;
typedef struct _ts PyThreadState;
typedef struct _is PyInterpreterState;
typedef struct _frame PyFrameObject;
typedef struct PyCodeObject PyCodeObject;

#ifdef __cplusplus
extern "C" {
#endif
#include "object.h"

#include "pymem.h"

#include "containers.h"

#include "pythread.h"

#include "abstract.h"
#ifdef __cplusplus
}
#endif

#endif
