// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What direct-object-access must not find, whatever the confidence.

// expect: none
// RUN: %scan --select direct-object-access --min-confidence low --format concise --exit-zero %s \
// RUN:   | %FileCheck --allow-empty --check-prefix=NONE %s
// NONE-NOT: [direct-object-access]

#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *items;
} Store;

// Filled in a loop before anybody has it.
static PyObject *numbers(PyObject *self, PyObject *unused) {
  PyObject *list = PyList_New(8);
  if (list == NULL)
    return NULL;
  for (Py_ssize_t i = 0; i < 8; i++) {
    PyObject *n = PyLong_FromSsize_t(i);
    if (n == NULL) {
      Py_DECREF(list);
      return NULL;
    }
    PyList_SET_ITEM(list, i, n);
  }
  return list;
}

// Filled by a helper, then published.
static void fill_pair(PyObject *pair, PyObject *a, PyObject *b) {
  PyTuple_SET_ITEM(pair, 0, Py_NewRef(a));
  PyTuple_SET_ITEM(pair, 1, Py_NewRef(b));
}
static PyObject *make_pair(PyObject *op, PyObject *arg) {
  PyObject *pair = PyTuple_New(2);
  if (pair == NULL)
    return NULL;
  fill_pair(pair, op, arg);
  return pair;
}

// In a critical section on that same list.
static PyObject *reset(PyObject *op, PyObject *unused) {
  Store *self = (Store *)op;
  Py_BEGIN_CRITICAL_SECTION(self->items);
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(self->items); i++)
    PyList_SET_ITEM(self->items, i, Py_NewRef(Py_None));
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}

// With the functions that lock.
static PyObject *replace(PyObject *self, PyObject *list) {
  if (PyList_SetItem(list, 0, Py_NewRef(Py_None)) < 0)
    return NULL;
  return PyLong_FromSsize_t(PyDict_Size(Py_TYPE(self)->tp_dict));
}

// Slots that are set before the type is ready, lazily even.
static PyTypeObject StoreType;
static int ready_type(void) {
  StoreType.tp_new = PyType_GenericNew;
  StoreType.tp_base = &PyBaseObject_Type;
  return PyType_Ready(&StoreType);
}
static PyObject *make_store(PyObject *self, PyObject *unused) {
  if (ready_type() < 0)
    return NULL;
  return PyObject_CallNoArgs((PyObject *)&StoreType);
}

// A metaclass that fills in the class it has just made.
static PyObject *meta_new(PyTypeObject *type, PyObject *args, PyObject *kw) {
  PyTypeObject *cls = (PyTypeObject *)PyType_Type.tp_new(type, args, kw);
  if (cls == NULL)
    return NULL;
  cls->tp_flags |= Py_TPFLAGS_HAVE_VECTORCALL;
  cls->tp_setattro = NULL;
  return (PyObject *)cls;
}

// An object under construction.
static PyObject *store_new(PyTypeObject *type, PyObject *args, PyObject *kw) {
  PyObject *op = type->tp_alloc(type, 0);
  if (op == NULL)
    return NULL;
  Py_SET_SIZE((PyVarObject *)op, 0);
  ((Store *)op)->items = PyList_New(0);
  return op;
}

// Plain reads of what does not change, and a structure of the project's own.
struct list_node { PyObject **ob_item; Py_ssize_t ma_used; };
static struct list_node *node_of(PyObject *op) { return (struct list_node *)op; }
static PyObject *look(PyObject *self, PyObject *arg) {
  if (arg->ob_type == &StoreType && Py_TYPE(arg)->tp_basicsize > 0)
    return PyUnicode_FromString(Py_TYPE(arg)->tp_name);
  return PyLong_FromSsize_t(node_of(arg)->ma_used);
}

static PyMethodDef methods[] = {
    {"numbers", numbers, METH_NOARGS, NULL},
    {"make_pair", make_pair, METH_O, NULL},
    {"reset", reset, METH_NOARGS, NULL},
    {"replace", replace, METH_O, NULL},
    {"make_store", make_store, METH_NOARGS, NULL},
    {"look", look, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject StoreType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "m.Store",
    .tp_basicsize = sizeof(Store),
    .tp_methods = methods,
    .tp_new = store_new,
};

static PyType_Slot meta_slots[] = {
    {Py_tp_new, (void *)meta_new},
    {0, NULL},
};
PyType_Spec meta_spec = {
    "m.Meta", 0, 0, Py_TPFLAGS_DEFAULT, meta_slots,
};

// At module initialisation the type is nobody else's.
static int exec_module(PyObject *module) {
  StoreType.tp_str = NULL;
  return PyDict_SetItemString(StoreType.tp_dict, "version", Py_None);
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, (void *)exec_module},
    {0, NULL},
};
static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "m", NULL, 0, NULL, slots, NULL, NULL, NULL,
};
PyMODINIT_FUNC PyInit_m(void) { return PyModuleDef_Init(&module); }
