// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where lock-over-python must be silent: no line of this file is reported.

// expect: none
// RUN: %scan %s --select lock-over-python --strict --fail-on medium --format concise

#include <Python.h>
#include <pthread.h>

typedef struct {
    PyObject_HEAD
    PyMutex lock;
    PyObject *callback;
    PyObject *name;
    Py_ssize_t count;
} Reader;

static PyMutex cache_lock;
static PyObject *cache;
static PyObject *cached_name;
static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static long table[16];

/* 1: the reference is taken under the lock, the call comes after it. */
static PyObject *
reader_fire(PyObject *op, PyObject *arg)
{
    Reader *self = (Reader *)op;
    PyMutex_Lock(&self->lock);
    PyObject *callback = Py_NewRef(self->callback);
    PyMutex_Unlock(&self->lock);
    PyObject *result = PyObject_CallOneArg(callback, arg);
    Py_DECREF(callback);
    return result;
}

/* 2: only C under the lock. */
static PyObject *
reader_next(PyObject *op, PyObject *unused)
{
    Reader *self = (Reader *)op;
    PyMutex_Lock(&self->lock);
    Py_ssize_t count = ++self->count;
    PyMutex_Unlock(&self->lock);
    return PyLong_FromSsize_t(count);
}

/* 3: a key that is a plain str. */
static PyObject *
lookup(PyObject *self, PyObject *unused)
{
    PyObject *value = NULL;
    PyObject *key = PyUnicode_FromString("key");
    PyMutex_Lock(&cache_lock);
    if (PyDict_GetItemRef(cache, key, &value) < 0)
        value = NULL;
    PyMutex_Unlock(&cache_lock);
    Py_DECREF(key);
    return value;
}

/* 4: the field only ever holds a str. */
static PyObject *
reader_rename(PyObject *op, PyObject *unused)
{
    Reader *self = (Reader *)op;
    PyObject *name = PyUnicode_FromString("reader");
    PyMutex_Lock(&self->lock);
    Py_XSETREF(self->name, name);
    PyMutex_Unlock(&self->lock);
    Py_RETURN_NONE;
}

/* 5: the old value dies after the unlock. */
static PyObject *
replace(PyObject *self, PyObject *value)
{
    PyMutex_Lock(&cache_lock);
    PyObject *old = cache;
    cache = Py_NewRef(value);
    PyMutex_Unlock(&cache_lock);
    Py_XDECREF(old);
    Py_RETURN_NONE;
}

/* 6: a native mutex over plain C. */
static PyObject *
sum(PyObject *self, PyObject *unused)
{
    long total = 0;
    pthread_mutex_lock(&table_lock);
    for (int i = 0; i < 16; i++)
        total += table[i];
    pthread_mutex_unlock(&table_lock);
    return PyLong_FromLong(total);
}

/* 7: a critical section is let go where Python code runs. */
static PyObject *
reader_call(PyObject *op, PyObject *arg)
{
    Reader *self = (Reader *)op;
    PyObject *result;
    Py_BEGIN_CRITICAL_SECTION(op);
    result = PyObject_CallOneArg(self->callback, arg);
    Py_END_CRITICAL_SECTION();
    return result;
}

/* 8: an error of Python's own class. */
static PyObject *
reader_check(PyObject *op, PyObject *unused)
{
    Reader *self = (Reader *)op;
    PyMutex_Lock(&self->lock);
    if (self->count == 0) {
        PyErr_SetString(PyExc_ValueError, "empty");
        PyMutex_Unlock(&self->lock);
        return NULL;
    }
    PyMutex_Unlock(&self->lock);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"fire", reader_fire, METH_O, NULL},
    {"next", reader_next, METH_NOARGS, NULL},
    {"lookup", lookup, METH_NOARGS, NULL},
    {"rename", reader_rename, METH_NOARGS, NULL},
    {"replace", replace, METH_O, NULL},
    {"sum", sum, METH_NOARGS, NULL},
    {"call", reader_call, METH_O, NULL},
    {"check", reader_check, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot reader_slots[] = {
    {Py_tp_methods, methods},
    {0, NULL},
};

PyType_Spec reader_spec = {
    "m.Reader", sizeof(Reader), 0, Py_TPFLAGS_DEFAULT, reader_slots,
};
