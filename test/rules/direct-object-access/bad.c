// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What direct-object-access must find, one shape of real code per function.

// RUN: %scan --select direct-object-access --exit-zero %s | %FileCheck %s

#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *items;
  PyObject *cached;
} Store;

// Stores into the caller's list.
static PyObject *set_first(PyObject *self, PyObject *list) {
  // CHECK: [[@LINE+4]]:3: warning: 'PyList_SET_ITEM' changes 'list', which other threads may use, without a lock
  // CHECK: why: Without the GIL two threads that come in through method 'set_first'
  // CHECK: help: Fill the object before it is stored, returned or passed on
  // expect-next: direct-object-access high
  PyList_SET_ITEM(list, 0, Py_NewRef(Py_None));
  Py_RETURN_NONE;
}

// In a loop over a list that a field holds.
static PyObject *reset(PyObject *op, PyObject *unused) {
  Store *self = (Store *)op;
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(self->items); i++)
    PyList_SET_ITEM(self->items, i, Py_NewRef(Py_None)); // expect: direct-object-access high
  Py_RETURN_NONE;
}

// A tuple that is filled after it was published.
static PyObject *publish_early(PyObject *op, PyObject *arg) {
  Store *self = (Store *)op;
  PyObject *pair = PyTuple_New(2);
  if (pair == NULL)
    return NULL;
  self->cached = Py_NewRef(pair);
  PyTuple_SET_ITEM(pair, 0, Py_NewRef(arg)); // expect: direct-object-access medium
  PyTuple_SET_ITEM(pair, 1, Py_NewRef(arg)); // expect: direct-object-access medium
  return pair;
}

// A macro of the project, and the helper that uses it.
#define PUT(list, i, v) PyList_SET_ITEM(list, i, Py_XNewRef(v))
static void fill(PyObject *list, PyObject *value) {
  PUT(list, 0, value); // expect: direct-object-access high
}
static PyObject *fill_list(PyObject *self, PyObject *list) {
  fill(list, self);
  Py_RETURN_NONE;
}

// The element behind the macro.
static PyObject *poke(PyObject *self, PyObject *list) {
  // expect-next: direct-object-access high
  ((PyListObject *)list)->ob_item[0] = Py_NewRef(self);
  Py_RETURN_NONE;
}

// The type of an object that is in use.
static PyTypeObject StoreType;
static PyObject *become(PyObject *self, PyObject *arg) {
  Py_SET_TYPE(arg, &StoreType);       // expect: direct-object-access high
  arg->ob_type = &StoreType;          // expect: direct-object-access high
  Py_SET_SIZE((PyVarObject *)arg, 0); // expect: direct-object-access high
  Py_RETURN_NONE;
}

// Slots and the dict of a type, after PyType_Ready().
static PyObject *patch(PyObject *self, PyObject *arg) {
  Py_TYPE(self)->tp_iternext = NULL; // expect: direct-object-access
  StoreType.tp_call = NULL;          // expect: direct-object-access high
  // expect-next: direct-object-access
  if (PyDict_SetItemString(StoreType.tp_dict, "answer", arg) < 0)
    return NULL;
  Py_RETURN_NONE;
}

// Reads of what changes all the time.
static PyObject *peek(PyObject *self, PyObject *dict) {
#ifdef PYPY_VERSION
  Py_ssize_t n = PyDict_Size(dict);
#else
  Py_ssize_t n = ((PyDictObject *)dict)->ma_used; // expect: direct-object-access medium
#endif
  return PyLong_FromSsize_t(n);
}

// A structure that a library fills and hands to a callback: who has the list
// is not seen.
typedef struct task {
  struct task *parent;
  void *object;
} task;
void *attach_child(const task *t, PyObject *child) {
  PyObject *parent = (PyObject *)t->parent->object;
  PyList_SET_ITEM(parent, 0, child); // expect: direct-object-access low
  return child;
}

static PyMethodDef methods[] = {
    {"set_first", set_first, METH_O, NULL},
    {"reset", reset, METH_NOARGS, NULL},
    {"publish_early", publish_early, METH_O, NULL},
    {"fill_list", fill_list, METH_O, NULL},
    {"poke", poke, METH_O, NULL},
    {"become", become, METH_O, NULL},
    {"patch", patch, METH_O, NULL},
    {"peek", peek, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject StoreType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "m.Store",
    .tp_basicsize = sizeof(Store),
    .tp_methods = methods,
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "m", NULL, -1, NULL, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit_m(void) {
  if (PyType_Ready(&StoreType) < 0)
    return NULL;
  return PyModule_Create(&module);
}
