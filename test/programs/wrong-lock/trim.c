// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What was added later, by somebody else.

#include "queue.h"

/* The other order. */
PyObject *
queue_clear(PyObject *op, PyObject *unused)
{
    Queue *self = (Queue *)op;
    PyMutex_Lock(&self->tail_lock);
    PyMutex_Lock(&self->head_lock);
    self->head = self->tail = 0;
    PyMutex_Unlock(&self->head_lock);
    PyMutex_Unlock(&self->tail_lock);
    Py_RETURN_NONE;
}

/* queue_length takes the lock that is held here. */
PyObject *
queue_trim(PyObject *op, PyObject *arg)
{
    Queue *self = (Queue *)op;
    Py_ssize_t limit = PyLong_AsSsize_t(arg);
    PyMutex_Lock(&self->head_lock);
    if (queue_length(self) > limit)
        self->head++;
    PyMutex_Unlock(&self->head_lock);
    Py_RETURN_NONE;
}
