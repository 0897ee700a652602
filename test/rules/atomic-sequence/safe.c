// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where atomic-sequence must be silent: no line of this file is reported.

// expect: none
// RUN: %scan %s --select atomic-sequence --strict --fail-on medium --format concise

#include <Python.h>

typedef struct {
    PyObject_HEAD
    PyMutex lock;
    _Atomic long hits;
    Py_hash_t hash;
    PyObject *cached;
    int closed;
} Counter;

static _Atomic long total;
static int busy;
static int ready;
static PyObject *shared;
static int (*sum)(const int *, int);

static int
sum_plain(const int *p, int n)
{
    int s = 0;
    while (n--)
        s += *p++;
    return s;
}

/* 1: one operation. */
static PyObject *
count(PyObject *self, PyObject *unused)
{
    long n = __c11_atomic_fetch_add(&total, 1, __ATOMIC_RELAXED);
    total += 1;
    return PyLong_FromLong(n);
}

/* 2: a loop of compare and exchange. */
static PyObject *
counter_hit(PyObject *op, PyObject *unused)
{
    Counter *self = (Counter *)op;
    long n = self->hits;
    while (!__c11_atomic_compare_exchange_weak(&self->hits, &n, n * 2 + 1,
                                               __ATOMIC_SEQ_CST,
                                               __ATOMIC_SEQ_CST))
        ;
    Py_RETURN_NONE;
}

/* 3: one lock over load and store. */
static PyObject *
counter_bump(PyObject *op, PyObject *unused)
{
    Counter *self = (Counter *)op;
    PyMutex_Lock(&self->lock);
    self->hits = self->hits + 1;
    PyMutex_Unlock(&self->lock);
    Py_RETURN_NONE;
}

/* 4: tested again under the lock of all writers. */
static PyObject *
get_shared(PyObject *op, PyObject *unused)
{
    Counter *self = (Counter *)op;
    PyObject *it = __atomic_load_n(&shared, __ATOMIC_ACQUIRE);
    if (it == NULL) {
        PyMutex_Lock(&self->lock);
        it = __atomic_load_n(&shared, __ATOMIC_ACQUIRE);
        if (it == NULL) {
            it = PyDict_New();
            __atomic_store_n(&shared, it, __ATOMIC_RELEASE);
        }
        PyMutex_Unlock(&self->lock);
    }
    return Py_XNewRef(it);
}

/* 5: a hash, which is the same whoever computes it. */
static Py_hash_t
counter_hash(PyObject *op)
{
    Counter *self = (Counter *)op;
    Py_hash_t hash = __atomic_load_n(&self->hash, __ATOMIC_RELAXED);
    if (hash != -1)
        return hash;
    hash = PyObject_Hash(self->cached);
    __atomic_store_n(&self->hash, hash, __ATOMIC_RELAXED);
    return hash;
}

/* 6: exchange, and the one who got the old value releases it. */
static PyObject *
counter_replace(PyObject *op, PyObject *value)
{
    Counter *self = (Counter *)op;
    PyObject *old =
        __atomic_exchange_n(&self->cached, Py_NewRef(value), __ATOMIC_ACQ_REL);
    Py_XDECREF(old);
    Py_RETURN_NONE;
}

/* 7: claimed by compare and exchange, given back by a store. */
static PyObject *
enter(PyObject *self, PyObject *arg)
{
    int free = 0;
    if (!__atomic_compare_exchange_n(&busy, &free, 1, 0, __ATOMIC_ACQUIRE,
                                     __ATOMIC_RELAXED))
        Py_RETURN_NONE;
    PyObject *result = PyObject_CallNoArgs(arg);
    if (__atomic_load_n(&busy, __ATOMIC_RELAXED))
        __atomic_store_n(&busy, 0, __ATOMIC_RELEASE);
    return result;
}

/* 8: a flag that goes one way. */
static PyObject *
counter_close(PyObject *op, PyObject *unused)
{
    Counter *self = (Counter *)op;
    if (!__atomic_load_n(&self->closed, __ATOMIC_RELAXED))
        __atomic_store_n(&self->closed, 1, __ATOMIC_RELAXED);
    Py_RETURN_NONE;
}

/* 9: the best function, the same for all who look for it. */
static PyObject *
dispatch(PyObject *self, PyObject *unused)
{
    if (!__atomic_load_n(&sum, __ATOMIC_RELAXED))
        __atomic_store_n(&sum, sum_plain, __ATOMIC_RELAXED);
    int one = 1;
    return PyLong_FromLong(sum(&one, 1));
}

/* 10: at module initialisation nobody else is there. */
static int
exec(PyObject *module)
{
    int seen = __atomic_load_n(&ready, __ATOMIC_RELAXED);
    __atomic_store_n(&ready, seen + 1, __ATOMIC_RELAXED);
    return 0;
}

/* 11: an object of one's own. */
static PyObject *
local(PyObject *self, PyObject *unused)
{
    _Atomic int mine = 0;
    int seen = mine;
    mine = seen + 1;
    return PyLong_FromLong(mine);
}

static PyMethodDef methods[] = {
    {"count", count, METH_NOARGS, NULL},
    {"hit", counter_hit, METH_NOARGS, NULL},
    {"bump", counter_bump, METH_NOARGS, NULL},
    {"get_shared", get_shared, METH_NOARGS, NULL},
    {"replace", counter_replace, METH_O, NULL},
    {"enter", enter, METH_O, NULL},
    {"close", counter_close, METH_NOARGS, NULL},
    {"dispatch", dispatch, METH_NOARGS, NULL},
    {"local", local, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot counter_slots[] = {
    {Py_tp_methods, methods},
    {Py_tp_hash, counter_hash},
    {0, NULL},
};

PyType_Spec counter_spec = {
    "m.Counter", sizeof(Counter), 0, Py_TPFLAGS_DEFAULT, counter_slots,
};

static PyModuleDef_Slot slots[] = {{Py_mod_exec, exec}, {0, NULL}};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "m", NULL, 0, methods, slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_m(void)
{
    return PyModuleDef_Init(&module);
}
