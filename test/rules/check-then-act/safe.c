// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where check-then-act must be silent: no line of this file is reported.

// expect: none
// RUN: %scan %s --select check-then-act --strict --fail-on medium --format concise

#include <Python.h>

typedef struct {
    PyObject_HEAD
    PyMutex lock;
    PyObject *counts;
    PyObject *names;
    PyObject *items;
} Bus;

static PyObject *
plus_one(PyObject *old)
{
    return PyLong_FromLong(old ? PyLong_AsLong(old) + 1 : 1);
}

/* 1: one section over both. */
static PyObject *
bus_count(PyObject *op, PyObject *key)
{
    Bus *self = (Bus *)op;
    int rc = -1;
    Py_BEGIN_CRITICAL_SECTION(self->counts);
    PyObject *old = NULL;
    if (PyDict_GetItemRef(self->counts, key, &old) >= 0) {
        PyObject *now = plus_one(old);
        Py_XDECREF(old);
        if (now != NULL)
            rc = PyDict_SetItem(self->counts, key, now);
        Py_XDECREF(now);
    }
    Py_END_CRITICAL_SECTION();
    return rc < 0 ? NULL : Py_NewRef(Py_None);
}

/* 2: one mutex over both. */
static PyObject *
bus_count_locked(PyObject *op, PyObject *key)
{
    Bus *self = (Bus *)op;
    PyMutex_Lock(&self->lock);
    PyObject *now = plus_one(PyDict_GetItemWithError(self->counts, key));
    int rc = now ? PyDict_SetItem(self->counts, key, now) : -1;
    PyMutex_Unlock(&self->lock);
    Py_XDECREF(now);
    return rc < 0 ? NULL : Py_NewRef(Py_None);
}

/* 3: a cache of equal values: who comes last does no harm. */
static PyObject *
bus_name(PyObject *op, PyObject *key)
{
    Bus *self = (Bus *)op;
    PyObject *name = NULL;
    if (PyDict_GetItemRef(self->names, key, &name) != 0)
        return name;
    name = PyObject_Str(key);
    if (name != NULL && PyDict_SetItem(self->names, key, name) < 0)
        Py_CLEAR(name);
    return name;
}

/* 4: a dict of one's own. */
static PyObject *
histogram(PyObject *self, PyObject *items)
{
    PyObject *counts = PyDict_New();
    for (Py_ssize_t i = 0; counts && i < PyTuple_GET_SIZE(items); i++) {
        PyObject *key = PyTuple_GET_ITEM(items, i);
        PyObject *now = plus_one(PyDict_GetItemWithError(counts, key));
        if (now == NULL || PyDict_SetItem(counts, key, now) < 0)
            Py_CLEAR(counts);
        Py_XDECREF(now);
    }
    return counts;
}

/* 5: the keywords of a call belong to that call. */
static PyObject *
call(PyObject *self, PyObject *args, PyObject *kwargs)
{
    PyObject *name = PyUnicode_FromString("flag");
    if (kwargs && PyDict_Contains(kwargs, name) > 0)
        if (PyDict_DelItem(kwargs, name) < 0)
            return NULL;
    Py_DECREF(name);
    return Py_NewRef(Py_None);
}

/* 6: a deletion that may fail. */
static PyObject *
bus_forget(PyObject *op, PyObject *key)
{
    Bus *self = (Bus *)op;
    if (PyDict_Contains(self->names, key) > 0)
        if (PyDict_DelItem(self->names, key) < 0) {
            if (!PyErr_ExceptionMatches(PyExc_KeyError))
                return NULL;
            PyErr_Clear();
        }
    Py_RETURN_NONE;
}

/* 7: an element that may be gone. */
static PyObject *
bus_fire(PyObject *op, PyObject *arg)
{
    Bus *self = (Bus *)op;
    for (Py_ssize_t i = 0; i < PyList_Size(self->items); i++) {
        PyObject *each = PyList_GetItemRef(self->items, i);
        if (each == NULL)
            return NULL;
        PyObject *result = PyObject_CallOneArg(each, arg);
        Py_DECREF(each);
        if (result == NULL)
            return NULL;
        Py_DECREF(result);
    }
    Py_RETURN_NONE;
}

/* 8: two keys have nothing to do with each other. */
static PyObject *
bus_copy(PyObject *op, PyObject *const *args, Py_ssize_t n)
{
    Bus *self = (Bus *)op;
    PyObject *value = PyDict_GetItemWithError(self->names, args[0]);
    if (value != NULL && PyDict_SetItem(self->names, args[1], value) < 0)
        return NULL;
    Py_RETURN_NONE;
}

/* 9: set with what everybody gets. */
static PyObject *
bus_list(PyObject *op, PyObject *key)
{
    Bus *self = (Bus *)op;
    PyObject *fresh = PyList_New(0), *list = NULL;
    if (fresh == NULL)
        return NULL;
    if (PyDict_SetDefaultRef(self->names, key, fresh, &list) < 0)
        list = NULL;
    Py_DECREF(fresh);
    if (list != NULL && PyList_Append(list, key) < 0)
        Py_CLEAR(list);
    return list;
}

static PyMethodDef methods[] = {
    {"count", bus_count, METH_O, NULL},
    {"count_locked", bus_count_locked, METH_O, NULL},
    {"name", bus_name, METH_O, NULL},
    {"histogram", histogram, METH_O, NULL},
    {"call", (PyCFunction)(void (*)(void))call, METH_VARARGS | METH_KEYWORDS, NULL},
    {"forget", bus_forget, METH_O, NULL},
    {"fire", bus_fire, METH_O, NULL},
    {"copy", (PyCFunction)(void (*)(void))bus_copy, METH_FASTCALL, NULL},
    {"list", bus_list, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot bus_slots[] = {
    {Py_tp_methods, methods},
    {0, NULL},
};

PyType_Spec bus_spec = {
    "m.Bus", sizeof(Bus), 0, Py_TPFLAGS_DEFAULT, bus_slots,
};
