// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Read locks and tries: who holds what, and what it protects from.

#include <Python.h>
#include <pthread.h>

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

/* Written under the read lock, which others hold at the same time. */
static long hits;

static PyObject *
get(PyObject *self, PyObject *unused)
{
    pthread_rwlock_rdlock(&lock);
    hits++; // expect: shared-global
    pthread_rwlock_unlock(&lock);
    Py_RETURN_NONE;
}

/* Readers and writers each on their side. */
static long size;

static PyObject *
get_size(PyObject *self, PyObject *unused)
{
    pthread_rwlock_rdlock(&lock);
    long n = size;
    pthread_rwlock_unlock(&lock);
    return PyLong_FromLong(n);
}

static PyObject *
grow(PyObject *self, PyObject *unused)
{
    pthread_rwlock_wrlock(&lock);
    size++;
    pthread_rwlock_unlock(&lock);
    Py_RETURN_NONE;
}

/* Counted only where the try got the lock. */
static long tried;

static PyObject *
attempt(PyObject *self, PyObject *unused)
{
    if (pthread_mutex_trylock(&mutex) != 0)
        Py_RETURN_FALSE;
    tried++;
    pthread_mutex_unlock(&mutex);
    Py_RETURN_TRUE;
}

/* Counted where it did not. */
static long missed;

static PyObject *
attempt_more(PyObject *self, PyObject *unused)
{
    if (pthread_mutex_trylock(&mutex) != 0) {
        missed++; // expect: shared-global
        Py_RETURN_FALSE;
    }
    pthread_mutex_unlock(&mutex);
    Py_RETURN_TRUE;
}

static PyMethodDef methods[] = {
    {"get", get, METH_NOARGS, NULL},
    {"get_size", get_size, METH_NOARGS, NULL},
    {"grow", grow, METH_NOARGS, NULL},
    {"attempt", attempt, METH_NOARGS, NULL},
    {"attempt_more", attempt_more, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "counts", NULL, -1, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_counts(void)
{
    return PyModule_Create(&module);
}
