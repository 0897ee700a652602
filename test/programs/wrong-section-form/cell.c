// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ends of the wrong form: they compile only where the macros are empty.

#include <Python.h>

typedef struct {
    PyObject_HEAD
    long size;
} Cell;

static PyObject *
cell_add(PyObject *op, PyObject *other)
{
    Py_BEGIN_CRITICAL_SECTION2(op, other);
    ((Cell *)op)->size += ((Cell *)other)->size;
    Py_END_CRITICAL_SECTION();
    Py_RETURN_NONE;
}

static PyObject *
cell_clear(PyObject *op, PyObject *unused)
{
    Py_BEGIN_CRITICAL_SECTION(op);
    ((Cell *)op)->size = 0;
    Py_END_CRITICAL_SECTION2();
    Py_RETURN_NONE;
}

static PyMethodDef cell_methods[] = {
    {"add", cell_add, METH_O, NULL},
    {"clear", cell_clear, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

PyTypeObject cell_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "forms.Cell",
    .tp_basicsize = sizeof(Cell),
    .tp_methods = cell_methods,
};
