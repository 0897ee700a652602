// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Methods that read the state; one of them forgets the lock.

#include "methods.h"
#include "state.h"

static int calls;
static PyObject *separator;

PyObject *inventory_total(PyObject *self, PyObject *unused) {
  calls++;
  return PyLong_FromLong(items_total);
}

static PyObject *join_parts(PyObject *parts) {
  if (separator == NULL)
    separator = PyUnicode_InternFromString(", ");
  return separator ? PyUnicode_Join(separator, parts) : NULL;
}

PyObject *inventory_report(PyObject *self, PyObject *list) {
  PyObject *parts = PyList_New(0);
  if (parts == NULL)
    return NULL;
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
    PyObject *text = PyObject_Str(PyList_GET_ITEM(list, i));
    if (text == NULL || PyList_Append(parts, text) < 0)
      break;
    Py_DECREF(text);
  }
  PyObject *first = PyList_GetItem(parts, 0);
  PyObject *joined = first ? join_parts(parts) : NULL;
  Py_DECREF(parts);
  return joined;
}
