// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A node: its parent can be replaced, its name is for ever.

#ifndef NODE_H
#define NODE_H

#include <Python.h>

typedef struct {
    PyObject_HEAD
    PyObject *parent;
    PyObject *name;
    PyObject *children;
} Node;

int node_set_parent(PyObject *op, PyObject *value, void *closure);
PyObject *node_get_parent(PyObject *op, void *closure);
PyObject *node_get_name(PyObject *op, void *closure);
PyObject *node_first(PyObject *op, PyObject *unused);

#endif
