// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What lock-misuse must find, one shape of real code per function.

// RUN: %scan --select lock-misuse --format full --exit-zero %s | %FileCheck %s

#include <Python.h>
#include <pthread.h>

typedef struct {
    PyObject_HEAD
    PyMutex lock;
    PyMutex io_lock;
    PyThread_type_lock old_lock;
    PyObject *items;
    long balance;
} Account;

static PyMutex first, second;
static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t names_lock = PTHREAD_RWLOCK_INITIALIZER;
static long table[16];

/* 1: an error in the middle of a loop. */
static int
count_live(Account *self)
{
    int live = 0;
    PyThread_acquire_lock(self->old_lock, 1);
    PyObject *it = PyObject_GetIter(self->items);
    PyObject *one;
    while (it && (one = PyIter_Next(it))) {
        PyObject *target = NULL;
        int rc = PyWeakref_GetRef(one, &target);
        Py_DECREF(one);
        if (rc < 0) {
            // CHECK: [[@LINE+3]]:{{.*}}warning: 'count_live' returns with lock '*self->old_lock' held
            // CHECK: why: Other paths give the lock back
            // CHECK: note: locked here
            return -1; // expect: lock-misuse high
        }
        live += rc;
        Py_XDECREF(target);
    }
    Py_XDECREF(it);
    PyThread_release_lock(self->old_lock);
    return live;
}

static PyObject *
account_count(PyObject *op, PyObject *unused)
{
    return PyLong_FromLong(count_live((Account *)op));
}

/* 2: an argument that is checked under the lock. */
static PyObject *
table_set(PyObject *self, PyObject *arg)
{
    pthread_mutex_lock(&table_lock);
    long i = PyLong_AsLong(arg);
    if (i < 0 || i >= 16) {
        PyErr_SetString(PyExc_IndexError, "index");
        return NULL; // expect: lock-misuse high
    }
    table[i]++;
    pthread_mutex_unlock(&table_lock);
    Py_RETURN_NONE;
}

/* 3: the wrong one of two locks. */
static PyObject *
account_write(PyObject *op, PyObject *arg)
{
    Account *self = (Account *)op;
    PyMutex_Lock(&self->io_lock);
    self->balance++;
    // CHECK: lock 'op->lock' is given back here, but lock 'op->io_lock' was taken
    PyMutex_Unlock(&self->lock); // expect: lock-misuse high
    Py_RETURN_NONE;
}

/* 4: given back in the branch, and again behind it. */
static PyObject *
account_take(PyObject *op, PyObject *arg)
{
    Account *self = (Account *)op;
    PyMutex_Lock(&self->lock);
    long left = --self->balance;
    PyMutex_Unlock(&self->lock);
    if (left < 0) {
        PyMutex_Unlock(&self->lock); // expect: lock-misuse high
        return NULL;
    }
    return PyLong_FromLong(left);
}

/* 5: a helper takes what its caller holds. */
static long
balance_of(Account *self)
{
    PyMutex_Lock(&self->lock);
    long balance = self->balance;
    PyMutex_Unlock(&self->lock);
    return balance;
}

static PyObject *
account_add(PyObject *op, PyObject *arg)
{
    Account *self = (Account *)op;
    PyMutex_Lock(&self->lock);
    // CHECK: lock 'op->lock' is taken in 'balance_of' while this thread holds it
    self->balance = balance_of(self) + 1; // expect: lock-misuse high
    PyMutex_Unlock(&self->lock);
    Py_RETURN_NONE;
}

/* 6: directly, in a callback table's second function. */
static PyObject *
reset(PyObject *self, PyObject *arg)
{
    PyMutex_Lock(&first);
    if (table[0] > 10) {
        PyMutex_Lock(&first); // expect: lock-misuse high
        table[0] = 0;
        PyMutex_Unlock(&first);
    }
    PyMutex_Unlock(&first);
    Py_RETURN_NONE;
}

/* 7: two locks in both orders. */
static PyObject *
forth(PyObject *self, PyObject *arg)
{
    PyMutex_Lock(&first);
    PyMutex_Lock(&second);
    table[1]++;
    PyMutex_Unlock(&second);
    PyMutex_Unlock(&first);
    Py_RETURN_NONE;
}

static PyObject *
back(PyObject *self, PyObject *arg)
{
    PyMutex_Lock(&second);
    PyMutex_Lock(&first); // expect: lock-misuse high
    table[1]--;
    PyMutex_Unlock(&first);
    PyMutex_Unlock(&second);
    Py_RETURN_NONE;
}

/* 8: two accounts, locked as they were named. */
static PyObject *
transfer(PyObject *from, PyObject *to)
{
    Account *a = (Account *)from, *b = (Account *)to;
    PyMutex_Lock(&a->lock);
    PyMutex_Lock(&b->lock); // expect: lock-misuse medium
    a->balance--;
    b->balance++;
    PyMutex_Unlock(&b->lock);
    PyMutex_Unlock(&a->lock);
    Py_RETURN_NONE;
}

/* 9: the interpreter's own mutex. */
static PyObject *
account_peek(PyObject *op, PyObject *unused)
{
    // CHECK: 'ob_mutex' belongs to the interpreter
    PyMutex_Lock(&op->ob_mutex); // expect: lock-misuse high
    long balance = ((Account *)op)->balance;
    PyMutex_Unlock(&op->ob_mutex);
    return PyLong_FromLong(balance);
}

/* 10: a try that got the lock, and forgets it. */
static PyObject *
table_try(PyObject *self, PyObject *arg)
{
    if (pthread_mutex_trylock(&table_lock) != 0)
        Py_RETURN_NONE;
    if (table[2] > 100)
        return PyLong_FromLong(table[2]); // expect: lock-misuse high
    table[2]++;
    pthread_mutex_unlock(&table_lock);
    Py_RETURN_NONE;
}

/* 11: the read side, too. */
static PyObject *
names_get(PyObject *self, PyObject *arg)
{
    pthread_rwlock_rdlock(&names_lock);
    long n = table[3];
    if (n == 0)
        return NULL; // expect: lock-misuse high
    pthread_rwlock_unlock(&names_lock);
    return PyLong_FromLong(n);
}

static PyMethodDef account_methods[] = {
    {"count", account_count, METH_NOARGS, NULL},
    {"write", account_write, METH_O, NULL},
    {"take", account_take, METH_O, NULL},
    {"add", account_add, METH_O, NULL},
    {"peek", account_peek, METH_NOARGS, NULL},
    {"transfer", transfer, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject account_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "bad.Account",
    .tp_basicsize = sizeof(Account),
    .tp_methods = account_methods,
};

static PyMethodDef methods[] = {
    {"table_set", table_set, METH_O, NULL},
    {"table_try", table_try, METH_O, NULL},
    {"names_get", names_get, METH_O, NULL},
    {"reset", reset, METH_O, NULL},
    {"forth", forth, METH_O, NULL},
    {"back", back, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "bad", NULL, -1, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_bad(void)
{
    if (PyType_Ready(&account_type) < 0)
        return NULL;
    return PyModule_Create(&module);
}
