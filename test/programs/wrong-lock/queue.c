// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Both ends.

#include "queue.h"

/* Takes both locks, first the head's. */
Py_ssize_t
queue_length(Queue *queue)
{
    PyMutex_Lock(&queue->head_lock);
    PyMutex_Lock(&queue->tail_lock);
    Py_ssize_t length = queue->tail - queue->head;
    PyMutex_Unlock(&queue->tail_lock);
    PyMutex_Unlock(&queue->head_lock);
    return length;
}

PyObject *
queue_push(PyObject *op, PyObject *item)
{
    Queue *self = (Queue *)op;
    PyMutex_Lock(&self->tail_lock);
    self->tail++;
    PyMutex_Unlock(&self->tail_lock);
    Py_RETURN_NONE;
}

/* Gives back the lock of the other end. */
PyObject *
queue_pop(PyObject *op, PyObject *unused)
{
    Queue *self = (Queue *)op;
    PyMutex_Lock(&self->head_lock);
    Py_ssize_t at = self->head++;
    PyMutex_Unlock(&self->tail_lock);
    return PyLong_FromSsize_t(at);
}
