// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A module with one finding of shared-global, in bump(), and one of
// borrowed-ref, in first().

#include <Python.h>

static long counter;

static PyObject *bump(PyObject *self, PyObject *unused) {
  counter += 1; // at bump
  return PyLong_FromLong(counter);
}

static PyObject *first(PyObject *self, PyObject *list) {
  PyObject *item = PyList_GetItem(list, 0); // at first
  if (!item)
    return NULL;
  return PyObject_Str(item);
}

static PyMethodDef methods[] = {
    {"bump", bump, METH_NOARGS, NULL},
    {"first", first, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
    {0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "module", NULL, 0, methods, slots, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_module(void) { return PyModuleDef_Init(&module); }
