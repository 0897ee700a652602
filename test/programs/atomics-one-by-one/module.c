// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "sampler.h"
#include "atomics.h"

static PyObject *
start(PyObject *op, PyObject *unused)
{
    return PyBool_FromLong(sampler_start((Sampler *)op));
}

static PyObject *
stop(PyObject *op, PyObject *unused)
{
    sampler_stop((Sampler *)op);
    Py_RETURN_NONE;
}

/* As one step. */
static PyObject *
hold(PyObject *op, PyObject *unused)
{
    Sampler *self = (Sampler *)op;
    if (swap_int(&self->paused, 1))
        Py_RETURN_FALSE;
    store_int(&self->paused, 0);
    Py_RETURN_TRUE;
}

static PyObject *
sample(PyObject *op, PyObject *unused)
{
    Sampler *self = (Sampler *)op;
    sampler_count(self);
    return PyLong_FromLong(load_int(&self->samples));
}

static PyObject *
set_callback(PyObject *op, PyObject *callback)
{
    return sampler_swap((Sampler *)op, callback);
}

static PyMethodDef methods[] = {
    {"start", start, METH_NOARGS, NULL},
    {"stop", stop, METH_NOARGS, NULL},
    {"pause", hold, METH_NOARGS, NULL},
    {"sample", sample, METH_NOARGS, NULL},
    {"set_callback", set_callback, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_methods, methods},
    {0, NULL},
};

PyType_Spec sampler_spec = {
    "sampler.Sampler", sizeof(Sampler), 0, Py_TPFLAGS_DEFAULT, slots,
};
