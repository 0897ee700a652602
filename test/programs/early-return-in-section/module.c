// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The attributes, and the module.

#include "decoder.h"

/* Leaves by a label that stands behind the end. */
int
decoder_set_errors(PyObject *op, PyObject *value, void *closure)
{
    Decoder *self = (Decoder *)op;
    Py_BEGIN_CRITICAL_SECTION(op);
    if (value == NULL)
        goto error;
    Py_XSETREF(self->errors, Py_NewRef(value));
    Py_END_CRITICAL_SECTION();
    return 0;
error:
    PyErr_SetString(PyExc_TypeError, "cannot delete errors");
    return -1;
}

static PyMethodDef decoder_methods[] = {
    {"feed", decoder_feed, METH_O, NULL},
    {"reset", decoder_reset, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef decoder_getset[] = {
    {"errors", NULL, decoder_set_errors, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyTypeObject decoder_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "decoder.Decoder",
    .tp_basicsize = sizeof(Decoder),
    .tp_methods = decoder_methods,
    .tp_getset = decoder_getset,
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "decoder", NULL, -1, NULL, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_decoder(void)
{
    if (PyType_Ready(&decoder_type) < 0)
        return NULL;
    return PyModule_Create(&module);
}
