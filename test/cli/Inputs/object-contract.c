// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <Python.h>

typedef struct {
  PyObject_HEAD
  Py_ssize_t next, count;
  PyObject *item;
} Box;

static PyObject *step(Box *self, PyObject *unused) {
  if (self->next < 10)
    self->next = self->next + 1;
  return PyLong_FromSsize_t(self->next);
}

static PyObject *put(Box *self, PyObject *item) {
  Py_XSETREF(self->item, Py_NewRef(item));
  Py_RETURN_NONE;
}

static PyObject *count(Box *self, PyObject *unused) {
  Py_BEGIN_CRITICAL_SECTION(self);
  self->count++;
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"step", (PyCFunction)step, METH_NOARGS, NULL},
    {"put", (PyCFunction)put, METH_O, NULL},
    {"count", (PyCFunction)count, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "contract.Box",
    .tp_basicsize = sizeof(Box),
    .tp_methods = methods,
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "contract", NULL, -1,
                                    NULL};

PyMODINIT_FUNC PyInit_contract(void) {
  if (PyType_Ready(&type) < 0)
    return NULL;
  return PyModule_Create(&module);
}
