// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The module.

#include "share.h"

static PyMethodDef share_methods[] = {
    {"count", share_count, METH_NOARGS, NULL},
    {"add", share_add, METH_O, NULL},
    {"poll", share_poll, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject share_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "share.Share",
    .tp_basicsize = sizeof(Share),
    .tp_methods = share_methods,
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "share", NULL, -1, NULL, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_share(void)
{
    if (PyType_Ready(&share_type) < 0)
        return NULL;
    return PyModule_Create(&module);
}
