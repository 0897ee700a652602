// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The methods of all files.

#ifndef INVENTORY_METHODS_H
#define INVENTORY_METHODS_H

#include <Python.h>

PyObject *inventory_add(PyObject *self, PyObject *arg);
PyObject *inventory_update(PyObject *self, PyObject *dict);
PyObject *inventory_unit(PyObject *self, PyObject *key);
PyObject *inventory_total(PyObject *self, PyObject *unused);
PyObject *inventory_report(PyObject *self, PyObject *list);

#endif
