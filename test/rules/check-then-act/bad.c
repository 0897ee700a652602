// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What check-then-act must find, one shape of real code per function.

// RUN: %scan --select check-then-act --format full --exit-zero %s | %FileCheck %s

#include <Python.h>

typedef struct {
    PyObject_HEAD
    PyObject *counts;
    PyObject *listeners;
    PyObject *pending;
} Bus;

static PyObject *types;

/* 1: a count in a dict. */
static PyObject *
bus_count(PyObject *op, PyObject *key)
{
    Bus *self = (Bus *)op;
    PyObject *old = NULL;
    if (PyDict_GetItemRef(self->counts, key, &old) < 0)
        return NULL;
    long n = old ? PyLong_AsLong(old) : 0;
    Py_XDECREF(old);
    PyObject *now = PyLong_FromLong(n + 1);
    if (now == NULL)
        return NULL;
    // CHECK: [[@LINE+3]]:{{.*}}warning: 'self->counts' is read and stored as two steps: an update can be lost
    // CHECK: why: {{.*}}two threads that come in through method 'count' both read the same value
    // CHECK: help: {{.*}}critical section
    int rc = PyDict_SetItem(self->counts, key, now); // expect: check-then-act high
    Py_DECREF(now);
    return rc < 0 ? NULL : Py_NewRef(Py_None);
}

/* 2: the list of a key, made when it is first needed. */
static PyObject *
bus_listen(PyObject *op, PyObject *const *args, Py_ssize_t n)
{
    Bus *self = (Bus *)op;
    PyObject *list = PyDict_GetItemWithError(self->listeners, args[0]);
    if (list == NULL) {
        list = PyList_New(0);
        // CHECK: given a new container for it
        // expect-next: check-then-act medium
        if (list == NULL || PyDict_SetItem(self->listeners, args[0], list) < 0)
            return NULL;
        Py_DECREF(list);
    }
    if (PyList_Append(list, args[1]) < 0)
        return NULL;
    Py_RETURN_NONE;
}

/* 3: a class for each name, and callers that compare them. */
static PyObject *
type_for(PyObject *self, PyObject *name)
{
    PyObject *type = NULL;
    int found = PyDict_GetItemRef(types, name, &type);
    if (found != 0)
        return type;
    type = PyType_GenericAlloc(&PyBaseObject_Type, 0);
    // expect-next: check-then-act medium
    if (type != NULL && PyDict_SetItem(types, name, type) < 0)
        Py_CLEAR(type);
    return type;
}

/* 4: a queue of one: read, then taken out. */
static PyObject *
bus_take(PyObject *op, PyObject *key)
{
    Bus *self = (Bus *)op;
    PyObject *value = NULL;
    if (PyDict_GetItemRef(self->pending, key, &value) <= 0)
        return NULL;
    if (PyDict_DelItem(self->pending, key) < 0) { // expect: check-then-act medium
        Py_DECREF(value);
        return NULL;
    }
    return value;
}

/* 5: there a moment ago. */
static PyObject *
bus_forget(PyObject *op, PyObject *key)
{
    Bus *self = (Bus *)op;
    int there = PyDict_Contains(self->pending, key);
    if (there < 0)
        return NULL;
    if (there) {
        if (PyDict_DelItem(self->pending, key) < 0) // expect: check-then-act medium
            return NULL;
    }
    Py_RETURN_NONE;
}

/* 6: each listener once. */
static PyObject *
bus_add(PyObject *op, PyObject *item)
{
    Bus *self = (Bus *)op;
    int there = PySequence_Contains(self->listeners, item);
    if (there < 0)
        return NULL;
    if (there == 0 && PyList_Append(self->listeners, item) < 0) // expect: check-then-act medium
        return NULL;
    Py_RETURN_NONE;
}

/* 7: the size is that of a moment ago. */
static PyObject *
bus_fire(PyObject *op, PyObject *arg)
{
    Bus *self = (Bus *)op;
    for (Py_ssize_t i = 0; i < PyList_Size(self->listeners); i++) {
        PyObject *each = PyList_GetItemRef(self->listeners, i); // expect: check-then-act medium
        PyObject *result = PyObject_CallOneArg(each, arg);
        Py_DECREF(each);
        if (result == NULL)
            return NULL;
        Py_DECREF(result);
    }
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"count", bus_count, METH_O, NULL},
    {"listen", (PyCFunction)(void (*)(void))bus_listen, METH_FASTCALL, NULL},
    {"type_for", type_for, METH_O, NULL},
    {"take", bus_take, METH_O, NULL},
    {"forget", bus_forget, METH_O, NULL},
    {"add", bus_add, METH_O, NULL},
    {"fire", bus_fire, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot bus_slots[] = {
    {Py_tp_methods, methods},
    {0, NULL},
};

PyType_Spec bus_spec = {
    "m.Bus", sizeof(Bus), 0, Py_TPFLAGS_DEFAULT, bus_slots,
};

int
setup(PyObject *module)
{
    types = PyDict_New();
    return types ? 0 : -1;
}
