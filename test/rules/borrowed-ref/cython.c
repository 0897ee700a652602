// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// borrowed-ref and C that Cython wrote: how it loops over a list is not up to
// the author of the loop. What is written by hand beside it is.

#include <Python.h>

static PyObject *__pyx_pf_4pool_each(PyObject *list) {
  for (Py_ssize_t at = 0; at < PyList_GET_SIZE(list); at++) {
    PyObject *item = PyList_GET_ITEM(list, at);
    Py_INCREF(item);
    PyObject *called = PyObject_CallNoArgs(item);
    Py_DECREF(item);
    Py_XDECREF(called);
  }
  Py_RETURN_NONE;
}

static PyObject *__pyx_pw_4pool_1each(PyObject *self, PyObject *list) {
  return __pyx_pf_4pool_each(list);
}

static PyObject *byHand(PyObject *self, PyObject *list) {
  return Py_NewRef(PyList_GetItem(list, 0)); // expect: borrowed-ref
}

static PyMethodDef __pyx_methods[] = {
    {"each", (PyCFunction)__pyx_pw_4pool_1each, METH_O, 0},
    {"by_hand", (PyCFunction)byHand, METH_O, 0},
    {0, 0, 0, 0}};
