// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Who is told: a list of weak references.

#include "events.h"

static PyObject *listeners;
static PyObject *event_name;

int listeners_setup(void) {
  listeners = PyList_New(0);
  return listeners == NULL ? -1 : 0;
}

PyObject *listeners_add(PyObject *self, PyObject *ref) {
  if (PyList_Append(listeners, ref) < 0)
    return NULL;
  Py_RETURN_NONE;
}

// Two things lent at once: the weak reference and what it refers to.
PyObject *listeners_first(PyObject *self, PyObject *unused) {
  PyObject *ref = PyList_GetItem(listeners, 0);
  if (ref == NULL)
    return NULL;
  PyObject *target = PyWeakref_GetObject(ref);
  return Py_XNewRef(target);
}

void listeners_fire(void) {
  if (event_name == NULL)
    event_name = PyUnicode_InternFromString("tick");
  Py_BEGIN_CRITICAL_SECTION(listeners);
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(listeners); i++) {
    PyObject *target = NULL;
    if (PyWeakref_GetRef(PyList_GET_ITEM(listeners, i), &target) > 0) {
      Py_XDECREF(PyObject_CallOneArg(target, event_name));
      Py_DECREF(target);
    }
  }
  Py_END_CRITICAL_SECTION();
}
