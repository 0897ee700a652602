// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The module, with something to do when the interpreter ends.

#include "events.h"

static PyObject *set_interval(PyObject *self, PyObject *arg) {
  interval = (int)PyLong_AsLong(arg);
  Py_RETURN_NONE;
}

static PyObject *start(PyObject *self, PyObject *unused) {
  if (worker_start() != 0)
    return PyErr_SetFromErrno(PyExc_OSError);
  Py_RETURN_NONE;
}

static PyObject *stop(PyObject *self, PyObject *unused) {
  stopping = 1;
  return PyLong_FromLong(worker_beats());
}

static void at_exit(void) { stopping = 1; }

static PyMethodDef methods[] = {
    {"set_interval", set_interval, METH_O, NULL},
    {"start", start, METH_NOARGS, NULL},
    {"stop", stop, METH_NOARGS, NULL},
    {"add", listeners_add, METH_O, NULL},
    {"first", listeners_first, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static int events_exec(PyObject *module) {
  if (Py_AtExit(at_exit) < 0)
    return -1;
  return listeners_setup();
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, events_exec}, {0, NULL}};

static struct PyModuleDef def = {
    PyModuleDef_HEAD_INIT, "events", NULL, 0, methods, slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit_events(void) { return PyModuleDef_Init(&def); }
