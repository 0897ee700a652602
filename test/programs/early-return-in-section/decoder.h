// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A decoder and the checks of its arguments.

#ifndef DECODER_H
#define DECODER_H

#include <Python.h>

typedef struct {
    PyObject_HEAD
    PyObject *errors;
    Py_ssize_t pending;
} Decoder;

#define CHECK_OPEN(self)                                                       \
    do {                                                                       \
        if ((self)->pending < 0) {                                             \
            PyErr_SetString(PyExc_ValueError, "closed");                       \
            return NULL;                                                       \
        }                                                                      \
    } while (0)

PyObject *decoder_feed(PyObject *op, PyObject *arg);
PyObject *decoder_reset(PyObject *op, PyObject *unused);
int decoder_set_errors(PyObject *op, PyObject *value, void *closure);

#endif
