// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A queue: one lock for each end.

#ifndef QUEUE_H
#define QUEUE_H

#include <Python.h>

typedef struct {
    PyObject_HEAD
    PyMutex head_lock;
    PyMutex tail_lock;
    Py_ssize_t head, tail;
} Queue;

Py_ssize_t queue_length(Queue *queue);
PyObject *queue_push(PyObject *op, PyObject *item);
PyObject *queue_pop(PyObject *op, PyObject *unused);
PyObject *queue_clear(PyObject *op, PyObject *unused);
PyObject *queue_trim(PyObject *op, PyObject *arg);

#endif
