// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What atomic-sequence must find, one shape of real code per function.

// RUN: %scan --select atomic-sequence --format full --exit-zero %s | %FileCheck %s

#include <Python.h>

typedef struct {
    PyObject_HEAD
    _Atomic long hits;
    int busy;
    PyObject *cached;
    _Atomic(char *) buffer;
} Counter;

static _Atomic long total;
static int running;
static PyObject *shared;
static unsigned flags;

/* 1: a counter, by hand. */
static PyObject *
count(PyObject *self, PyObject *unused)
{
    long n = total;
    // CHECK: [[@LINE+3]]:{{.*}}warning: 'total' is loaded and stored atomically, but not as one step: an update can be lost
    // CHECK: why: {{.*}}two threads that come in through method 'count' both load the same value
    // CHECK: help: {{.*}}fetch_add
    total = n + 1; // expect: atomic-sequence high
    return PyLong_FromLong(n);
}

/* 2: the same through a field, with builtins. */
static PyObject *
counter_hit(PyObject *op, PyObject *unused)
{
    Counter *self = (Counter *)op;
    long n = __c11_atomic_load(&self->hits, __ATOMIC_RELAXED);
    n = n * 2 + 1;
    __c11_atomic_store(&self->hits, n, __ATOMIC_RELAXED); // expect: atomic-sequence high
    Py_RETURN_NONE;
}

/* 3: two threads release one object. */
static PyObject *
counter_replace(PyObject *op, PyObject *value)
{
    Counter *self = (Counter *)op;
    PyObject *old = __atomic_load_n(&self->cached, __ATOMIC_ACQUIRE);
    __atomic_store_n(&self->cached, Py_NewRef(value), __ATOMIC_RELEASE); // expect: atomic-sequence high
    Py_XDECREF(old);
    Py_RETURN_NONE;
}

/* 4: a flag that says whose turn it is. */
static PyObject *
counter_enter(PyObject *op, PyObject *arg)
{
    Counter *self = (Counter *)op;
    if (__atomic_load_n(&self->busy, __ATOMIC_ACQUIRE)) {
        PyErr_SetString(PyExc_RuntimeError, "busy");
        return NULL;
    }
    // CHECK: two threads can pass the test before it is set
    __atomic_store_n(&self->busy, 1, __ATOMIC_RELEASE); // expect: atomic-sequence high
    PyObject *result = PyObject_CallNoArgs(arg);
    __atomic_store_n(&self->busy, 0, __ATOMIC_RELEASE);
    return result;
}

/* 5: made on first use, and stored without looking again. */
static PyObject *
get_shared(PyObject *self, PyObject *unused)
{
    PyObject *it = __atomic_load_n(&shared, __ATOMIC_ACQUIRE);
    if (it == NULL) {
        it = PyDict_New();
        if (it == NULL)
            return NULL;
        __atomic_store_n(&shared, it, __ATOMIC_RELEASE); // expect: atomic-sequence medium
    }
    return Py_NewRef(it);
}

/* 6: helpers of the project, as headers for several compilers have them. */
static inline int
load_int(int *p)
{
    return __atomic_load_n(p, __ATOMIC_SEQ_CST);
}

static inline void
store_int(int *p, int value)
{
    __atomic_store_n(p, value, __ATOMIC_SEQ_CST);
}

static PyObject *
start(PyObject *self, PyObject *arg)
{
    if (load_int(&running))
        Py_RETURN_FALSE;
    store_int(&running, 1); // expect: atomic-sequence high
    Py_RETURN_TRUE;
}

static PyObject *
stop(PyObject *self, PyObject *unused)
{
    store_int(&running, 0);
    Py_RETURN_NONE;
}

/* 7: a buffer that two threads free. */
static PyObject *
counter_reset(PyObject *op, PyObject *unused)
{
    Counter *self = (Counter *)op;
    char *old = self->buffer;
    self->buffer = NULL; // expect: atomic-sequence high
    PyMem_Free(old);
    Py_RETURN_NONE;
}

/* 8: a bit, set in a copy. */
static PyObject *
mark(PyObject *self, PyObject *unused)
{
    unsigned now = __atomic_load_n(&flags, __ATOMIC_RELAXED) | 4u;
    __atomic_store_n(&flags, now, __ATOMIC_RELAXED); // expect: atomic-sequence high
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"count", count, METH_NOARGS, NULL},
    {"hit", counter_hit, METH_NOARGS, NULL},
    {"replace", counter_replace, METH_O, NULL},
    {"enter", counter_enter, METH_O, NULL},
    {"get_shared", get_shared, METH_NOARGS, NULL},
    {"start", start, METH_O, NULL},
    {"stop", stop, METH_NOARGS, NULL},
    {"reset", counter_reset, METH_NOARGS, NULL},
    {"mark", mark, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot counter_slots[] = {
    {Py_tp_methods, methods},
    {0, NULL},
};

PyType_Spec counter_spec = {
    "m.Counter", sizeof(Counter), 0, Py_TPFLAGS_DEFAULT, counter_slots,
};
