// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Methods that change the state.

#include "methods.h"
#include "state.h"

PyObject *inventory_add(PyObject *self, PyObject *arg) {
  long n = PyLong_AsLong(arg);
  if (n == -1 && PyErr_Occurred())
    return NULL;
  count_call();
  state_lock();
  add_locked(n);
  state_unlock();
  Py_XSETREF(last_item, Py_NewRef(arg));
  Py_RETURN_NONE;
}

PyObject *inventory_update(PyObject *self, PyObject *dict) {
  PyObject *key, *value;
  Py_ssize_t pos = 0;
  while (PyDict_Next(dict, &pos, &key, &value)) {
    long n = PyLong_AsLong(value);
    state_lock();
    add_locked(n);
    state_unlock();
  }
  Py_RETURN_NONE;
}

// Read under the dict that was filled at import: nothing to say.
PyObject *inventory_unit(PyObject *self, PyObject *key) {
  return Py_XNewRef(PyDict_GetItemWithError(unit_names, key));
}
