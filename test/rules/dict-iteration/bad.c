// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What dict-iteration must find, one shape of real code per function.

// RUN: %scan %s --select dict-iteration --strict --exit-zero --format concise --min-confidence low \
// RUN:   | %FileCheck %s --implicit-check-not=warning:

#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *dict;
} Table;

// The user's dict, with a body that runs Python code.
static PyObject *encode(PyObject *self, PyObject *dict) {
  PyObject *key, *value;
  Py_ssize_t pos = 0;
  PyObject *parts = PyList_New(0);
  if (parts == NULL)
    return NULL;
  // CHECK: :[[@LINE+1]]:{{.*}} 'PyDict_Next' walks dict 'dict' without a critical section on it [dict-iteration]
  while (PyDict_Next(dict, &pos, &key, &value)) { // expect: dict-iteration medium
    PyObject *text = PyObject_Str(value);
    if (text == NULL || PyList_Append(parts, text) < 0)
      goto fail;
    Py_DECREF(text);
  }
  return parts;
fail:
  Py_DECREF(parts);
  return NULL;
}

// References taken in the body come too late.
static PyObject *merge(PyObject *self, PyObject *dict) {
  PyObject *key, *value, *copy = PyDict_New();
  if (copy == NULL)
    return NULL;
  // CHECK: :[[@LINE+1]]:{{.*}} walks dict 'dict' without a critical section
  for (Py_ssize_t pos = 0; PyDict_Next(dict, &pos, &key, &value);) { // expect: dict-iteration medium
    Py_INCREF(key);
    Py_INCREF(value);
    PyDict_SetItem(copy, key, value);
    Py_DECREF(key);
    Py_DECREF(value);
  }
  return copy;
}

// A dict in the object, changed by another method.
static PyObject *total(PyObject *op, PyObject *unused) {
  Table *self = (Table *)op;
  PyObject *value;
  Py_ssize_t pos = 0;
  double sum = 0;
  // CHECK: :[[@LINE+1]]:{{.*}} walks dict 'self->dict' without a critical section
  while (PyDict_Next(self->dict, &pos, NULL, &value)) // expect: dict-iteration high
    sum += PyFloat_AsDouble(value);
  return PyFloat_FromDouble(sum);
}

static PyObject *put(PyObject *op, PyObject *key) {
  if (PyDict_SetItem(((Table *)op)->dict, key, Py_None) < 0)
    return NULL;
  Py_RETURN_NONE;
}

// The __dict__ of an instance.
static PyObject *fields(PyObject *self, PyObject *obj) {
  PyObject *dict = PyObject_GenericGetDict(obj, NULL);
  PyObject *key, *value;
  Py_ssize_t pos = 0, count = 0;
  if (dict == NULL)
    return NULL;
  // CHECK: :[[@LINE+1]]:{{.*}} without a critical section
  while (PyDict_Next(dict, &pos, &key, &value)) // expect: dict-iteration medium
    count += PyObject_IsTrue(value);
  Py_DECREF(dict);
  return PyLong_FromSsize_t(count);
}

// The section is on the object, not on the dict.
static PyObject *wrong_section(PyObject *op, PyObject *unused) {
  Table *self = (Table *)op;
  PyObject *key;
  Py_ssize_t pos = 0, count = 0;
  Py_BEGIN_CRITICAL_SECTION(op);
  // CHECK: :[[@LINE+1]]:{{.*}} without a critical section
  while (PyDict_Next(self->dict, &pos, &key, NULL)) // expect: dict-iteration high
    count += PyUnicode_Check(key);
  Py_END_CRITICAL_SECTION();
  return PyLong_FromSsize_t(count);
}

// What the loop found is used after the section.
static PyObject *largest(PyObject *self, PyObject *dict) {
  PyObject *key, *value, *best = NULL;
  Py_ssize_t pos = 0;
  Py_BEGIN_CRITICAL_SECTION(dict);
  // CHECK: :[[@LINE+1]]:{{.*}} key or value borrowed by 'PyDict_Next' is used after the critical section ends [dict-iteration]
  while (PyDict_Next(dict, &pos, &key, &value)) { // expect: dict-iteration medium
    if (PyObject_IsTrue(value))
      best = key;
  }
  Py_END_CRITICAL_SECTION();
  return Py_XNewRef(best);
}

// The project's macro for it.
#define FOR_EACH(dict, pos, key, value)                                       \
  for (pos = 0; PyDict_Next((dict), &pos, &key, &value);)

static PyObject *sizes(PyObject *self, PyObject *dict) {
  PyObject *key, *value;
  Py_ssize_t pos, sum = 0;
  // CHECK: :[[@LINE+1]]:{{.*}} without a critical section
  FOR_EACH(dict, pos, key, value) { // expect: dict-iteration medium
    sum += PyObject_Size(value);
  }
  return PyLong_FromSsize_t(sum);
}

// A helper that the keyword arguments and the user's dict both come through.
static int check_names(PyObject *dict) {
  PyObject *key, *value;
  Py_ssize_t pos = 0;
  // CHECK: :[[@LINE+1]]:{{.*}} without a critical section
  while (PyDict_Next(dict, &pos, &key, &value)) // expect: dict-iteration medium
    if (!PyUnicode_Check(key))
      return -1;
  return 0;
}

static PyObject *configure(PyObject *self, PyObject *args, PyObject *kwargs) {
  if (kwargs != NULL && check_names(kwargs) < 0)
    return NULL;
  Py_RETURN_NONE;
}

static PyObject *configure_from(PyObject *self, PyObject *dict) {
  if (check_names(dict) < 0)
    return NULL;
  Py_RETURN_NONE;
}

// An iterator that keeps its position between calls.
typedef struct {
  PyObject_HEAD
  PyObject *dict;
  Py_ssize_t pos;
} Walker;

static PyObject *walker_next(PyObject *op) {
  Walker *self = (Walker *)op;
  PyObject *key, *value;
  // CHECK: :[[@LINE+1]]:{{.*}} walks dict 'self->dict' without a critical section
  if (PyDict_Next(self->dict, &self->pos, &key, &value)) // expect: dict-iteration medium
    return PyTuple_Pack(2, key, value);
  return NULL;
}

static int walker_init(PyObject *op, PyObject *args, PyObject *kwargs) {
  PyObject *dict;
  if (!PyArg_ParseTuple(args, "O!", &PyDict_Type, &dict))
    return -1;
  ((Walker *)op)->dict = Py_NewRef(dict);
  return 0;
}

static PyMethodDef methods[] = {
    {"encode", encode, METH_O, NULL},
    {"merge", merge, METH_O, NULL},
    {"fields", fields, METH_O, NULL},
    {"largest", largest, METH_O, NULL},
    {"sizes", sizes, METH_O, NULL},
    {"configure", (PyCFunction)(void (*)(void))configure,
     METH_VARARGS | METH_KEYWORDS, NULL},
    {"configure_from", configure_from, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyMethodDef table_methods[] = {
    {"total", total, METH_NOARGS, NULL},
    {"put", put, METH_O, NULL},
    {"wrong_section", wrong_section, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject table_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "bad.Table",
    .tp_basicsize = sizeof(Table),
    .tp_methods = table_methods,
};

static PyTypeObject walker_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "bad.Walker",
    .tp_basicsize = sizeof(Walker),
    .tp_iternext = walker_next,
    .tp_init = walker_init,
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "bad", NULL, -1, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit_bad(void) {
  if (PyType_Ready(&table_type) < 0 || PyType_Ready(&walker_type) < 0)
    return NULL;
  return PyModule_Create(&module);
}
