// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Thread states that are given back while a critical section is open.

#include <Python.h>

static PyObject *log_list;

/* A callback of a library's thread leaves on an error. */
void on_event(const char *text) {
  PyGILState_STATE state = PyGILState_Ensure();
  Py_BEGIN_CRITICAL_SECTION(log_list);
  PyObject *line = PyUnicode_FromString(text);
  if (line != NULL) {
    PyList_Append(log_list, line);
    Py_DECREF(line);
  }
  PyGILState_Release(state); // expect: lock-misuse
  Py_END_CRITICAL_SECTION();
}

/* The other order. */
void on_event_right(const char *text) {
  PyGILState_STATE state = PyGILState_Ensure();
  PyObject *line = PyUnicode_FromString(text);
  Py_BEGIN_CRITICAL_SECTION(log_list);
  if (line != NULL)
    PyList_Append(log_list, line);
  Py_END_CRITICAL_SECTION();
  Py_XDECREF(line);
  PyGILState_Release(state);
}

/* The section is of the caller's state, which the pair inside leaves alone. */
static PyObject *nested(PyObject *self, PyObject *list) {
  Py_BEGIN_CRITICAL_SECTION(list);
  PyGILState_STATE state = PyGILState_Ensure();
  PyList_Sort(list);
  PyGILState_Release(state);
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}

/* Detaching lets go of the section and takes it again. */
static PyObject *detached(PyObject *self, PyObject *list) {
  Py_BEGIN_CRITICAL_SECTION(list);
  Py_BEGIN_ALLOW_THREADS
  Py_END_ALLOW_THREADS
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"nested", nested, METH_O, NULL},
    {"detached", detached, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "state", NULL, -1, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit_state(void) {
  log_list = PyList_New(0);
  return PyModule_Create(&module);
}
