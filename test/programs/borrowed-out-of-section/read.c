// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What reads.

#include "node.h"

/* The section ends before the reference is taken. */
PyObject *
node_get_parent(PyObject *op, void *closure)
{
    Node *self = (Node *)op;
    PyObject *parent;
    Py_BEGIN_CRITICAL_SECTION(op);
    parent = self->parent;
    Py_END_CRITICAL_SECTION();
    if (parent == NULL)
        Py_RETURN_NONE;
    return Py_NewRef(parent);
}

/* Nobody changes the name. */
PyObject *
node_get_name(PyObject *op, void *closure)
{
    Node *self = (Node *)op;
    PyObject *name;
    Py_BEGIN_CRITICAL_SECTION(op);
    name = self->name;
    Py_END_CRITICAL_SECTION();
    return Py_NewRef(name);
}

/* The item of a list, likewise. */
PyObject *
node_first(PyObject *op, PyObject *unused)
{
    Node *self = (Node *)op;
    PyObject *item;
    PyObject *children = self->children;
    Py_BEGIN_CRITICAL_SECTION(children);
    item = PyList_GetItem(children, 0);
    Py_END_CRITICAL_SECTION();
    return Py_XNewRef(item);
}
