// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where lock-misuse must be silent: no line of this file is reported.

// RUN: %scan %s --select lock-misuse --strict --fail-on low --min-confidence low --format concise

#include <Python.h>
#include <pthread.h>
#include <stdlib.h>

typedef struct Node {
    struct Node *next;
    PyMutex lock;
    long value;
} Node;

typedef struct {
    PyObject_HEAD
    PyMutex lock;
    PyThread_type_lock old_lock;
    pthread_mutex_t *shared;
    Node *head;
    int threaded;
    long balance;
} Account;

static PyMutex first, second, gate;
static PyMutex stripes[16];
static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static long table[16];

/* 1: one label for all errors. */
static PyObject *
table_set(PyObject *self, PyObject *arg)
{
    PyObject *result = NULL;
    PyMutex_Lock(&first);
    long i = PyLong_AsLong(arg);
    if (i < 0 || i >= 16)
        goto done;
    table[i]++;
    result = Py_NewRef(Py_None);
done:
    PyMutex_Unlock(&first);
    return result;
}

/* 2: takes the lock for its caller, and says whether. */
static int
enter(Account *self)
{
    PyMutex_Lock(&self->lock);
    if (self->balance < 0) {
        PyMutex_Unlock(&self->lock);
        return 0;
    }
    return 1;
}

static PyObject *
account_add(PyObject *op, PyObject *arg)
{
    Account *self = (Account *)op;
    if (!enter(self))
        return NULL;
    self->balance++;
    PyMutex_Unlock(&self->lock);
    Py_RETURN_NONE;
}

/* 3: a lock that is there in threaded mode only. */
static PyObject *
account_take(PyObject *op, PyObject *arg)
{
    Account *self = (Account *)op;
    if (self->threaded)
        PyThread_acquire_lock(self->old_lock, 1);
    long left = --self->balance;
    if (left < 0) {
        if (self->threaded)
            PyThread_release_lock(self->old_lock);
        return NULL;
    }
    if (self->threaded)
        PyThread_release_lock(self->old_lock);
    return PyLong_FromLong(left);
}

/* 4: a flag says that the lock was taken. */
static PyObject *
account_flag(PyObject *op, PyObject *arg)
{
    Account *self = (Account *)op;
    int locked = 0;
    if (arg != Py_None) {
        PyMutex_Lock(&self->lock);
        locked = 1;
    }
    self->balance++;
    if (locked)
        PyMutex_Unlock(&self->lock);
    Py_RETURN_NONE;
}

/* 5: a try, and a wait outside when it fails. */
static PyObject *
account_wait(PyObject *op, PyObject *arg)
{
    Account *self = (Account *)op;
    if (!PyThread_acquire_lock(self->old_lock, 0)) {
        Py_BEGIN_ALLOW_THREADS
        PyThread_acquire_lock(self->old_lock, 1);
        Py_END_ALLOW_THREADS
    }
    self->balance++;
    PyThread_release_lock(self->old_lock);
    Py_RETURN_NONE;
}

/* 6: a try that fails returns without the lock, also through a local. */
static PyObject *
table_try(PyObject *self, PyObject *arg)
{
    int rc = pthread_mutex_trylock(&table_lock);
    if (rc != 0) {
        PyErr_SetString(PyExc_RuntimeError, "busy");
        return NULL;
    }
    table[2]++;
    pthread_mutex_unlock(&table_lock);
    Py_RETURN_NONE;
}

/* 7: the lock itself can fail. */
static PyObject *
table_checked(PyObject *self, PyObject *arg)
{
    if (pthread_mutex_lock(&table_lock))
        return PyErr_NoMemory();
    table[3]++;
    pthread_mutex_unlock(&table_lock);
    Py_RETURN_NONE;
}

/* 8: let go for a callback, and taken again. */
static void
notify(PyObject *callback)
{
    PyMutex_Unlock(&first);
    Py_XDECREF(PyObject_CallNoArgs(callback));
    PyMutex_Lock(&first);
}

static PyObject *
fire(PyObject *self, PyObject *callback)
{
    PyMutex_Lock(&first);
    table[4]++;
    notify(callback);
    table[4]--;
    PyMutex_Unlock(&first);
    Py_RETURN_NONE;
}

/* 9: many locks of one kind. */
static PyObject *
all_stripes(PyObject *self, PyObject *unused)
{
    for (int i = 0; i < 16; i++)
        PyMutex_Lock(&stripes[i]);
    table[5]++;
    for (int i = 0; i < 16; i++)
        PyMutex_Unlock(&stripes[i]);
    Py_RETURN_NONE;
}

/* 10: hand over hand. */
static PyObject *
account_walk(PyObject *op, PyObject *unused)
{
    Account *self = (Account *)op;
    Node *node = self->head;
    if (node == NULL)
        Py_RETURN_NONE;
    PyMutex_Lock(&node->lock);
    while (node->next) {
        Node *next = node->next;
        PyMutex_Lock(&next->lock);
        PyMutex_Unlock(&node->lock);
        node = next;
    }
    long value = node->value;
    PyMutex_Unlock(&node->lock);
    return PyLong_FromLong(value);
}

/* 11: two orders, but one thread at a time. */
static PyObject *
forth(PyObject *self, PyObject *arg)
{
    PyMutex_Lock(&gate);
    PyMutex_Lock(&first);
    PyMutex_Lock(&second);
    table[6]++;
    PyMutex_Unlock(&second);
    PyMutex_Unlock(&first);
    PyMutex_Unlock(&gate);
    Py_RETURN_NONE;
}

static PyObject *
back(PyObject *self, PyObject *arg)
{
    PyMutex_Lock(&gate);
    PyMutex_Lock(&second);
    PyMutex_Lock(&first);
    table[6]--;
    PyMutex_Unlock(&first);
    PyMutex_Unlock(&second);
    PyMutex_Unlock(&gate);
    Py_RETURN_NONE;
}

/* 12: two objects, lower address first. */
static PyObject *
transfer(PyObject *from, PyObject *to)
{
    Account *a = (Account *)from, *b = (Account *)to;
    if (a > b) {
        Account *swap = a;
        a = b;
        b = swap;
    }
    PyMutex_Lock(&a->lock);
    PyMutex_Lock(&b->lock);
    a->balance--;
    b->balance++;
    PyMutex_Unlock(&b->lock);
    PyMutex_Unlock(&a->lock);
    Py_RETURN_NONE;
}

/* 13: a flag of the caller's says whether to lock. */
static long
balance_of(Account *self, int locked)
{
    if (!locked)
        PyMutex_Lock(&self->lock);
    long balance = self->balance;
    if (!locked)
        PyMutex_Unlock(&self->lock);
    return balance;
}

static PyObject *
account_double(PyObject *op, PyObject *arg)
{
    Account *self = (Account *)op;
    PyMutex_Lock(&self->lock);
    self->balance += balance_of(self, 1);
    PyMutex_Unlock(&self->lock);
    return PyLong_FromLong(balance_of(self, 0));
}

/* 14: whoever does not come back keeps nothing. */
static PyObject *
table_check(PyObject *self, PyObject *arg)
{
    PyMutex_Lock(&second);
    if (table[7] < 0) {
        Py_FatalError("table");
    }
    if (table[7] > 100)
        abort();
    table[7]++;
    PyMutex_Unlock(&second);
    Py_RETURN_NONE;
}

/* 15: the lock goes with the object. */
static PyObject *
account_close(PyObject *op, PyObject *arg)
{
    Account *self = (Account *)op;
    PyThread_acquire_lock(self->old_lock, 1);
    if (arg == Py_None) {
        PyThread_free_lock(self->old_lock);
        self->old_lock = NULL;
        Py_RETURN_NONE;
    }
    PyThread_release_lock(self->old_lock);
    Py_RETURN_NONE;
}

static PyMethodDef account_methods[] = {
    {"add", account_add, METH_O, NULL},
    {"take", account_take, METH_O, NULL},
    {"flag", account_flag, METH_O, NULL},
    {"wait", account_wait, METH_O, NULL},
    {"walk", account_walk, METH_NOARGS, NULL},
    {"double", account_double, METH_O, NULL},
    {"close", account_close, METH_O, NULL},
    {"transfer", transfer, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject account_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "safe.Account",
    .tp_basicsize = sizeof(Account),
    .tp_methods = account_methods,
};

static PyMethodDef methods[] = {
    {"table_set", table_set, METH_O, NULL},
    {"table_try", table_try, METH_O, NULL},
    {"table_checked", table_checked, METH_O, NULL},
    {"table_check", table_check, METH_O, NULL},
    {"fire", fire, METH_O, NULL},
    {"all_stripes", all_stripes, METH_NOARGS, NULL},
    {"forth", forth, METH_O, NULL},
    {"back", back, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "safe", NULL, -1, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_safe(void)
{
    if (PyType_Ready(&account_type) < 0)
        return NULL;
    return PyModule_Create(&module);
}
