// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SAMPLER_H
#define SAMPLER_H

#include <Python.h>

typedef struct {
    PyObject_HEAD
    int running;
    int paused;
    int samples;
    PyObject *callback;
} Sampler;

int sampler_start(Sampler *self);
void sampler_stop(Sampler *self);
void sampler_count(Sampler *self);
PyObject *sampler_swap(Sampler *self, PyObject *callback);

#endif
