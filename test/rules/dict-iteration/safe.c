// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where dict-iteration must be silent: no line of this file is reported, at
// any confidence.

// RUN: %scan %s --select dict-iteration --strict --fail-on low --min-confidence low --format concise

#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *dict;
} Table;

// One section around the whole loop.
static PyObject *total(PyObject *op, PyObject *unused) {
  Table *self = (Table *)op;
  PyObject *key, *value;
  Py_ssize_t pos = 0;
  double sum = 0;
  Py_BEGIN_CRITICAL_SECTION(self->dict);
  while (PyDict_Next(self->dict, &pos, &key, &value))
    sum += PyFloat_AsDouble(value);
  Py_END_CRITICAL_SECTION();
  return PyFloat_FromDouble(sum);
}

// A section on a variable that may be one of two dicts.
static PyObject *either(PyObject *op, PyObject *dict) {
  Table *self = (Table *)op;
  PyObject *key, *value, *which = self->dict;
  Py_ssize_t pos = 0;
  double sum = 0;
  if (which == NULL)
    which = dict;
  Py_BEGIN_CRITICAL_SECTION(which);
  while (PyDict_Next(which, &pos, &key, &value))
    sum += PyFloat_AsDouble(value);
  Py_END_CRITICAL_SECTION();
  return PyFloat_FromDouble(sum);
}

static PyObject *put(PyObject *op, PyObject *key) {
  if (PyDict_SetItem(((Table *)op)->dict, key, Py_None) < 0)
    return NULL;
  Py_RETURN_NONE;
}

// Left by break, with a reference taken inside.
static PyObject *find(PyObject *self, PyObject *dict) {
  PyObject *key, *value, *found = NULL;
  Py_ssize_t pos = 0;
  Py_BEGIN_CRITICAL_SECTION(dict);
  while (PyDict_Next(dict, &pos, &key, &value)) {
    if (PyObject_IsTrue(value)) {
      found = key;
      Py_INCREF(found);
      break;
    }
  }
  Py_END_CRITICAL_SECTION();
  return found;
}

// The two-object form.
static PyObject *copy_into(PyObject *op, PyObject *other) {
  Table *self = (Table *)op;
  PyObject *key, *value;
  Py_ssize_t pos = 0;
  int failed = 0;
  Py_BEGIN_CRITICAL_SECTION2(self->dict, other);
  while (!failed && PyDict_Next(other, &pos, &key, &value))
    failed = PyDict_SetItem(self->dict, key, value) < 0;
  Py_END_CRITICAL_SECTION2();
  if (failed)
    return NULL;
  Py_RETURN_NONE;
}

// The keyword arguments of this call, and a helper that gets nothing else.
static int check_names(PyObject *dict) {
  PyObject *key, *value;
  Py_ssize_t pos = 0;
  while (PyDict_Next(dict, &pos, &key, &value))
    if (!PyUnicode_Check(key))
      return -1;
  return 0;
}

static PyObject *configure(PyObject *self, PyObject *args, PyObject *kwargs) {
  PyObject *key, *value;
  Py_ssize_t pos = 0;
  if (kwargs == NULL || check_names(kwargs) < 0)
    return NULL;
  while (PyDict_Next(kwargs, &pos, &key, &value))
    if (value == Py_None)
      return NULL;
  Py_RETURN_NONE;
}

// tp_init and tp_call have keyword arguments as well.
static int table_init(PyObject *op, PyObject *args, PyObject *kwargs) {
  PyObject *key, *value;
  Py_ssize_t pos = 0;
  while (kwargs != NULL && PyDict_Next(kwargs, &pos, &key, &value))
    if (check_names(kwargs) < 0)
      return -1;
  ((Table *)op)->dict = PyDict_New();
  return 0;
}

// A snapshot that only this call has.
static PyObject *encode(PyObject *self, PyObject *dict) {
  PyObject *key, *value, *copy = PyDict_Copy(dict);
  Py_ssize_t pos = 0, size = 0;
  if (copy == NULL)
    return NULL;
  while (PyDict_Next(copy, &pos, &key, &value))
    size += PyObject_Size(value);
  Py_DECREF(copy);
  return PyLong_FromSsize_t(size);
}

// A new dict from a helper.
static PyObject *collect(PyObject *arg) {
  PyObject *dict = PyDict_New();
  if (dict != NULL && PyDict_SetItem(dict, arg, Py_None) < 0)
    Py_CLEAR(dict);
  return dict;
}

static PyObject *count(PyObject *self, PyObject *arg) {
  PyObject *key, *value, *dict = collect(arg);
  Py_ssize_t pos = 0, n = 0;
  if (dict == NULL)
    return NULL;
  while (PyDict_Next(dict, &pos, &key, &value))
    n++;
  Py_DECREF(dict);
  return PyLong_FromSsize_t(n);
}

// The callers hold the section.
static Py_ssize_t size_locked(Table *self) {
  PyObject *key, *value;
  Py_ssize_t pos = 0, n = 0;
  while (PyDict_Next(self->dict, &pos, &key, &value))
    n += PyObject_Size(value);
  return n;
}

static PyObject *size(PyObject *op, PyObject *unused) {
  Table *self = (Table *)op;
  Py_ssize_t n;
  Py_BEGIN_CRITICAL_SECTION(self->dict);
  n = size_locked(self);
  Py_END_CRITICAL_SECTION();
  return PyLong_FromSsize_t(n);
}

// Filled at import, never changed.
static PyObject *codecs;

static PyObject *codec_names(PyObject *self, PyObject *unused) {
  PyObject *key, *value, *list = PyList_New(0);
  Py_ssize_t pos = 0;
  while (list != NULL && PyDict_Next(codecs, &pos, &key, &value))
    PyList_Append(list, key);
  return list;
}

// A list of pairs instead of the dict itself.
static PyObject *pairs(PyObject *self, PyObject *dict) {
  PyObject *items = PyDict_Items(dict);
  Py_ssize_t n = 0;
  if (items == NULL)
    return NULL;
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(items); i++)
    n += PyTuple_GET_SIZE(PyList_GET_ITEM(items, i));
  Py_DECREF(items);
  return PyLong_FromSsize_t(n);
}

static PyMethodDef methods[] = {
    {"find", find, METH_O, NULL},
    {"configure", (PyCFunction)(void (*)(void))configure,
     METH_VARARGS | METH_KEYWORDS, NULL},
    {"encode", encode, METH_O, NULL},
    {"count", count, METH_O, NULL},
    {"codec_names", codec_names, METH_NOARGS, NULL},
    {"pairs", pairs, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyMethodDef table_methods[] = {
    {"total", total, METH_NOARGS, NULL},
    {"either", either, METH_O, NULL},
    {"put", put, METH_O, NULL},
    {"copy_into", copy_into, METH_O, NULL},
    {"size", size, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject table_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "safe.Table",
    .tp_basicsize = sizeof(Table),
    .tp_methods = table_methods,
    .tp_init = table_init,
};

// Only the import of the module runs this.
static int exec(PyObject *module) {
  PyObject *key, *value;
  Py_ssize_t pos = 0;
  codecs = PyDict_New();
  if (codecs == NULL || PyDict_SetItemString(codecs, "raw", Py_None) < 0)
    return -1;
  while (PyDict_Next(PyModule_GetDict(module), &pos, &key, &value))
    if (!PyUnicode_Check(key))
      return -1;
  return PyType_Ready(&table_type);
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, exec}, {0, NULL}};
static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "safe", NULL, 0, methods, slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit_safe(void) { return PyModuleDef_Init(&module); }
