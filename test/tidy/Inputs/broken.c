// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <Python.h>

static PyObject *broken(PyObject *self, PyObject *list) {
  PyMutex_Lock(&list->no_such_lock);
  return PyObject_Str(PyList_GetItem(list, 0));
}

static PyMethodDef methods[] = {{"broken", broken, METH_O, NULL},
                                {NULL, NULL, 0, NULL}};
