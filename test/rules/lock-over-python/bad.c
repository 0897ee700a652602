// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What lock-over-python must find, one shape of real code per function.

// RUN: %scan --select lock-over-python --format full --exit-zero %s | %FileCheck %s

#include <Python.h>
#include <pthread.h>

typedef struct {
    PyObject_HEAD
    PyMutex lock;
    PyThread_type_lock old_lock;
    PyObject *callback;
    PyObject *errors;
    PyObject *seen;
} Reader;

static PyMutex cache_lock;
static PyObject *cache;
static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static PyObject *table;

/* 1: a callback under the object's own mutex. */
static PyObject *
reader_fire(PyObject *op, PyObject *arg)
{
    Reader *self = (Reader *)op;
    PyMutex_Lock(&self->lock);
    // CHECK: [[@LINE+4]]:{{.*}}warning: 'PyObject_CallOneArg' can run Python code while lock 'op->lock' is held
    // CHECK: why: {{.*}}a lock that its own thread holds
    // CHECK: help: Move what is needed out of the protected state
    // expect-next: lock-over-python high
    PyObject *result = PyObject_CallOneArg(self->callback, arg);
    PyMutex_Unlock(&self->lock);
    return result;
}

/* 2: the import is in a helper. */
static int
set_errors(Reader *self, PyObject *name)
{
    PyObject *codecs = PyImport_ImportModule("codecs"); // expect: lock-over-python medium
    if (codecs == NULL)
        return -1;
    self->errors = PyObject_GetAttr(codecs, name);
    Py_DECREF(codecs);
    return self->errors ? 0 : -1;
}

static PyObject *
reader_set_errors(PyObject *op, PyObject *arg)
{
    Reader *self = (Reader *)op;
    PyMutex_Lock(&self->lock);
    int rc = set_errors(self, arg); // expect: lock-over-python high
    PyMutex_Unlock(&self->lock);
    return rc < 0 ? NULL : Py_NewRef(Py_None);
}

/* 3: keys that Python code chose: their hash and comparison run. */
static PyObject *
lookup(PyObject *self, PyObject *key)
{
    PyObject *value = NULL;
    PyMutex_Lock(&cache_lock);
    if (PyDict_GetItemRef(cache, key, &value) < 0) // expect: lock-over-python medium
        value = NULL;
    PyMutex_Unlock(&cache_lock);
    return value;
}

/* 4: the old value dies under the lock. */
static PyObject *
replace(PyObject *self, PyObject *value)
{
    PyMutex_Lock(&cache_lock);
    Py_XSETREF(cache, Py_NewRef(value)); // expect: lock-over-python medium
    PyMutex_Unlock(&cache_lock);
    Py_RETURN_NONE;
}

/* 5: a native mutex taken while attached, and Python code under it. */
static PyObject *
describe(PyObject *self, PyObject *unused)
{
    pthread_mutex_lock(&table_lock);
    // CHECK: 'PyObject_Repr' can run Python code while lock 'table_lock' is held
    // CHECK: why: {{.*}}keeps its thread state
    PyObject *text = PyObject_Repr(table); // expect: lock-over-python high
    pthread_mutex_unlock(&table_lock);
    return text;
}

/* 6: a wrapper of the project around a PyThread lock. */
static void
reader_acquire(Reader *self)
{
    PyThread_acquire_lock(self->old_lock, 1);
}

static void
reader_release(Reader *self)
{
    PyThread_release_lock(self->old_lock);
}

static PyObject *
reader_add(PyObject *op, PyObject *item)
{
    Reader *self = (Reader *)op;
    reader_acquire(self);
    int rc = PySet_Add(self->seen, item); // expect: lock-over-python medium
    reader_release(self);
    return rc < 0 ? NULL : Py_NewRef(Py_None);
}

/* 7: every caller of the helper holds the lock. */
static PyObject *
notify_locked(PyObject *arg)
{
    return PyObject_CallOneArg(arg, Py_None); // expect: lock-over-python medium
}

static PyObject *
notify(PyObject *self, PyObject *arg)
{
    PyMutex_Lock(&cache_lock);
    PyObject *result = notify_locked(arg); // expect: lock-over-python high
    PyMutex_Unlock(&cache_lock);
    return result;
}

/* 8: several calls as bad as each other are one mistake, told at the lock. */
static PyObject *
swap(PyObject *self, PyObject *arg)
{
    // CHECK: [[@LINE+5]]:{{.*}}warning: 'PyObject_Repr' and 1 more call can run Python code while lock 'cache_lock' is held
    // CHECK: help: Move what is needed
    // CHECK: note: 'PyObject_Repr' is called here, under it
    // CHECK: note: 'PyObject_CallOneArg' is called here, under it
    // expect-next: lock-over-python high
    PyMutex_Lock(&cache_lock);
    PyObject *text = PyObject_Repr(arg);
    PyObject *result = text ? PyObject_CallOneArg(arg, text) : NULL;
    Py_XDECREF(text);
    PyMutex_Unlock(&cache_lock);
    return result;
}

static PyMethodDef methods[] = {
    {"swap", swap, METH_O, NULL},
    {"fire", reader_fire, METH_O, NULL},
    {"set_errors", reader_set_errors, METH_O, NULL},
    {"lookup", lookup, METH_O, NULL},
    {"replace", replace, METH_O, NULL},
    {"describe", describe, METH_NOARGS, NULL},
    {"add", reader_add, METH_O, NULL},
    {"notify", notify, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot reader_slots[] = {
    {Py_tp_methods, methods},
    {0, NULL},
};

PyType_Spec reader_spec = {
    "m.Reader", sizeof(Reader), 0, Py_TPFLAGS_DEFAULT, reader_slots,
};
