// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The methods.

#include "decoder.h"

/* The check was fine before the section was put around it. */
PyObject *
decoder_feed(PyObject *op, PyObject *arg)
{
    Decoder *self = (Decoder *)op;
    Py_ssize_t pending;
    Py_BEGIN_CRITICAL_SECTION(op);
    CHECK_OPEN(self);
    pending = ++self->pending;
    Py_END_CRITICAL_SECTION();
    return PyLong_FromSsize_t(pending);
}

/* Checked in a function of its own: right. */
static PyObject *
reset_locked(Decoder *self)
{
    CHECK_OPEN(self);
    self->pending = 0;
    Py_RETURN_NONE;
}

PyObject *
decoder_reset(PyObject *op, PyObject *unused)
{
    PyObject *result;
    Py_BEGIN_CRITICAL_SECTION(op);
    result = reset_locked((Decoder *)op);
    Py_END_CRITICAL_SECTION();
    return result;
}
