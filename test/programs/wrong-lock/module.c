// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The module.

#include "queue.h"

static PyObject *
queue_size(PyObject *op, PyObject *unused)
{
    return PyLong_FromSsize_t(queue_length((Queue *)op));
}

static PyMethodDef queue_methods[] = {
    {"push", queue_push, METH_O, NULL},
    {"pop", queue_pop, METH_NOARGS, NULL},
    {"clear", queue_clear, METH_NOARGS, NULL},
    {"trim", queue_trim, METH_O, NULL},
    {"size", queue_size, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject queue_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "queue.Queue",
    .tp_basicsize = sizeof(Queue),
    .tp_methods = queue_methods,
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "queue", NULL, -1, NULL, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_queue(void)
{
    if (PyType_Ready(&queue_type) < 0)
        return NULL;
    return PyModule_Create(&module);
}
