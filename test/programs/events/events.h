// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Between the worker thread and the module.

#ifndef EVENTS_EVENTS_H
#define EVENTS_EVENTS_H

#include <Python.h>

// Set by methods, read by the worker.
extern int interval;
extern _Atomic int stopping;

int worker_start(void);
long worker_beats(void);

int listeners_setup(void);
PyObject *listeners_add(PyObject *self, PyObject *ref);
PyObject *listeners_first(PyObject *self, PyObject *unused);
void listeners_fire(void);

#endif
