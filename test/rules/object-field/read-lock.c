// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A field under the object's read/write lock, written by a reader once.

#include <Python.h>
#include <pthread.h>

typedef struct {
    PyObject_HEAD
    pthread_rwlock_t lock;
    long size;
    long hits;
} Table;

static PyObject *
table_get(PyObject *op, PyObject *unused)
{
    Table *self = (Table *)op;
    pthread_rwlock_rdlock(&self->lock);
    long n = self->size;
    self->hits++; // expect: object-field low
    pthread_rwlock_unlock(&self->lock);
    return PyLong_FromLong(n);
}

static PyObject *
table_grow(PyObject *op, PyObject *unused)
{
    Table *self = (Table *)op;
    pthread_rwlock_wrlock(&self->lock);
    self->size++;
    pthread_rwlock_unlock(&self->lock);
    Py_RETURN_NONE;
}

static PyMethodDef table_methods[] = {
    {"get", table_get, METH_NOARGS, NULL},
    {"grow", table_grow, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject table_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "tables.Table",
    .tp_basicsize = sizeof(Table),
    .tp_methods = table_methods,
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "tables", NULL, -1, NULL, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_tables(void)
{
    if (PyType_Ready(&table_type) < 0)
        return NULL;
    return PyModule_Create(&module);
}
