// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "sampler.h"
#include "atomics.h"

/* Two threads start it. */
int
sampler_start(Sampler *self)
{
    if (load_int(&self->running))
        return 0;
    store_int(&self->running, 1);
    return 1;
}

void
sampler_stop(Sampler *self)
{
    store_int(&self->running, 0);
}

/* Samples are lost. */
void
sampler_count(Sampler *self)
{
    store_int(&self->samples, load_int(&self->samples) + 1);
}

/* One callback is released twice. */
PyObject *
sampler_swap(Sampler *self, PyObject *callback)
{
    PyObject *old = __atomic_load_n(&self->callback, __ATOMIC_ACQUIRE);
    __atomic_store_n(&self->callback, Py_XNewRef(callback), __ATOMIC_RELEASE);
    Py_XDECREF(old);
    Py_RETURN_NONE;
}
