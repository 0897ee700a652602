// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where borrowed-ref must be silent: no line of this file is reported, at any
// confidence.

// RUN: %scan %s --select borrowed-ref --strict --fail-on low --min-confidence low --format concise

#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *memo;
} Scanner;

// A list that this call has made.
static PyObject *fresh_list(PyObject *self, PyObject *arg) {
  PyObject *list = PySequence_List(arg);
  if (list == NULL)
    return NULL;
  double total = 0;
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++)
    total += PyFloat_AsDouble(PyList_GET_ITEM(list, i));
  Py_DECREF(list);
  return PyFloat_FromDouble(total);
}

// Also when it was made by one of two calls.
static PyObject *either_list(PyObject *self, PyObject *dict) {
  PyObject *items;
  if (PyDict_CheckExact(dict))
    items = PyDict_Items(dict);
  else
    items = PySequence_List(dict);
  if (items == NULL)
    return NULL;
  PyObject *result = NULL;
  if (PyList_GET_SIZE(items) > 0) {
    PyObject *item = PyList_GET_ITEM(items, 0);
    result = PyObject_Repr(item);
  }
  Py_DECREF(items);
  return result;
}

// Items put into a new list do not make the list shared.
static PyObject *grow(PyObject *self, PyObject *arg) {
  PyObject *stack = PyList_New(0);
  if (stack == NULL || PyList_Append(stack, arg) < 0)
    return NULL;
  PyObject *top = PyList_GetItem(stack, PyList_Size(stack) - 1);
  Py_XINCREF(top);
  Py_DECREF(stack);
  return top;
}

// The keyword arguments of this call, and its tuple of arguments.
static PyObject *keywords(PyObject *self, PyObject *args, PyObject *kwargs) {
  PyObject *name = kwargs ? PyDict_GetItemString(kwargs, "name") : NULL;
  if (name == NULL)
    name = PyTuple_GET_ITEM(args, 0);
  return PyObject_Repr(name);
}

// A tuple cannot change.
static PyObject *pair(PyObject *self, PyObject *tuple) {
  if (!PyTuple_Check(tuple) || PyTuple_GET_SIZE(tuple) != 2)
    return NULL;
  PyObject *left = PyTuple_GetItem(tuple, 0);
  return Py_NewRef(left);
}

// PySequence_Fast of a tuple is that tuple.
static PyObject *fast_of_tuple(PyObject *self, PyObject *args) {
  PyObject *fast = PySequence_Fast(args, "expected a sequence");
  if (fast == NULL)
    return NULL;
  PyObject *item = Py_XNewRef(PySequence_Fast_GET_ITEM(fast, 0));
  Py_DECREF(fast);
  return item;
}

// One section from the call to the last use.
static PyObject *section(PyObject *self, PyObject *list) {
  PyObject *result = NULL;
  Py_BEGIN_CRITICAL_SECTION(list);
  PyObject *item = PyList_GetItem(list, 0);
  if (item != NULL)
    result = PyObject_Repr(item);
  Py_END_CRITICAL_SECTION();
  return result;
}

// The reference is taken inside the section: the object lives on.
static PyObject *section_incref(PyObject *op, PyObject *key) {
  Scanner *self = (Scanner *)op;
  PyObject *item;
  Py_BEGIN_CRITICAL_SECTION(self->memo);
  item = PyDict_GetItemWithError(self->memo, key);
  Py_XINCREF(item);
  Py_END_CRITICAL_SECTION();
  if (item == NULL)
    return NULL;
  PyObject *text = PyObject_Repr(item);
  Py_DECREF(item);
  return text;
}

// The section is on what PySequence_Fast got, which is the list if there is
// one.
static PyObject *fast_section(PyObject *self, PyObject *arg) {
  PyObject *fast = PySequence_Fast(arg, "expected a sequence");
  if (fast == NULL)
    return NULL;
  double total = 0;
  Py_BEGIN_CRITICAL_SECTION(arg);
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(fast); i++)
    total += PyFloat_AsDouble(PySequence_Fast_GET_ITEM(fast, i));
  Py_END_CRITICAL_SECTION();
  Py_DECREF(fast);
  return PyFloat_FromDouble(total);
}

// The two-object form locks both.
static PyObject *section_two(PyObject *op, PyObject *other) {
  PyObject *result = NULL;
  Py_BEGIN_CRITICAL_SECTION2(op, other);
  PyObject *item = PyList_GetItem(other, 0);
  if (item != NULL)
    result = PyObject_Repr(item);
  Py_END_CRITICAL_SECTION2();
  return result;
}

// A helper whose every caller holds the section.
static PyObject *lookup_locked(Scanner *self, PyObject *key) {
  PyObject *item = PyDict_GetItemWithError(self->memo, key);
  return Py_XNewRef(item);
}

static PyObject *lookup(PyObject *op, PyObject *key) {
  Scanner *self = (Scanner *)op;
  PyObject *item;
  Py_BEGIN_CRITICAL_SECTION(self->memo);
  item = lookup_locked(self, key);
  Py_END_CRITICAL_SECTION();
  return item;
}

static PyObject *store(PyObject *op, PyObject *key) {
  PyDict_SetItem(((Scanner *)op)->memo, key, key);
  Py_RETURN_NONE;
}

// A helper whose every caller passes a list of its own.
static double weight(PyObject *list, Py_ssize_t i) {
  return PyFloat_AsDouble(PyList_GET_ITEM(list, i));
}

static PyObject *weigh(PyObject *self, PyObject *arg) {
  PyObject *list = PySequence_List(arg);
  if (list == NULL)
    return NULL;
  double w = weight(list, 0);
  Py_DECREF(list);
  return PyFloat_FromDouble(w);
}

static PyObject *weigh_keys(PyObject *self, PyObject *dict) {
  PyObject *keys = PyDict_Keys(dict);
  if (keys == NULL)
    return NULL;
  double w = weight(keys, 0);
  Py_DECREF(keys);
  return PyFloat_FromDouble(w);
}

// A helper that always returns a new list.
static PyObject *split(PyObject *text) {
  PyObject *parts = PyList_New(0);
  if (parts == NULL)
    return NULL;
  if (PyList_Append(parts, text) < 0) {
    Py_DECREF(parts);
    return NULL;
  }
  return parts;
}

static PyObject *first_part(PyObject *self, PyObject *text) {
  PyObject *parts = split(text);
  if (parts == NULL)
    return NULL;
  PyObject *part = PyList_GET_ITEM(parts, 0);
  Py_INCREF(part);
  Py_DECREF(parts);
  return part;
}

// A writer on the stack keeps a list that nobody else knows.
typedef struct {
  PyObject *chunks;
  Py_ssize_t used;
} Accumulator;

static int accumulator_init(Accumulator *acc) {
  acc->used = 0;
  acc->chunks = PyList_New(0);
  return acc->chunks == NULL ? -1 : 0;
}

static PyObject *accumulator_first(Accumulator *acc) {
  return Py_XNewRef(PyList_GetItem(acc->chunks, 0));
}

static PyObject *render(PyObject *self, PyObject *arg) {
  Accumulator acc;
  if (accumulator_init(&acc) < 0)
    return NULL;
  PyList_Append(acc.chunks, arg);
  PyObject *chunk = accumulator_first(&acc);
  Py_DECREF(acc.chunks);
  return chunk;
}

// A table that module initialisation fills and nothing changes later.
static PyObject *names;

static PyObject *name_of(PyObject *self, PyObject *key) {
  return Py_XNewRef(PyDict_GetItemWithError(names, key));
}

// A cache with a mutex of its own.
static PyMutex cache_lock;
static PyObject *cache;

static PyObject *cached(PyObject *self, PyObject *key) {
  PyMutex_Lock(&cache_lock);
  PyObject *value = PyDict_GetItemWithError(cache, key);
  Py_XINCREF(value);
  PyMutex_Unlock(&cache_lock);
  return value;
}

static PyObject *cache_put(PyObject *self, PyObject *key) {
  PyMutex_Lock(&cache_lock);
  PyDict_SetItem(cache, key, key);
  PyMutex_Unlock(&cache_lock);
  Py_RETURN_NONE;
}

// Strong references, and things that live as long as what the caller holds.
static PyObject *strong(PyObject *self, PyObject *arg) {
  PyObject *item = NULL, *target = NULL;
#if PY_VERSION_HEX >= 0x030D0000
  if (PyDict_GetItemRef(arg, self, &item) < 0)
    return NULL;
#else
  item = PyDict_GetItem(arg, self);
  Py_XINCREF(item);
#endif
  if (PyWeakref_GetRef(arg, &target) < 0 || PyErr_Occurred())
    return NULL;
  Py_XDECREF(item);
  Py_XDECREF(target);
  if (Py_TYPE(arg) == &PyUnicode_Type && PyUnicode_AsUTF8(arg) == NULL)
    return NULL;
  return PyList_GetItemRef(arg, 0);
}

static PyMethodDef methods[] = {
    {"fresh_list", fresh_list, METH_O, NULL},
    {"either_list", either_list, METH_O, NULL},
    {"grow", grow, METH_O, NULL},
    {"keywords", (PyCFunction)(void (*)(void))keywords,
     METH_VARARGS | METH_KEYWORDS, NULL},
    {"pair", pair, METH_O, NULL},
    {"fast_of_tuple", fast_of_tuple, METH_VARARGS, NULL},
    {"section", section, METH_O, NULL},
    {"fast_section", fast_section, METH_O, NULL},
    {"section_two", section_two, METH_O, NULL},
    {"weigh", weigh, METH_O, NULL},
    {"weigh_keys", weigh_keys, METH_O, NULL},
    {"first_part", first_part, METH_O, NULL},
    {"render", render, METH_O, NULL},
    {"name_of", name_of, METH_O, NULL},
    {"cached", cached, METH_O, NULL},
    {"cache_put", cache_put, METH_O, NULL},
    {"strong", strong, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyMethodDef scanner_methods[] = {
    {"section_incref", section_incref, METH_O, NULL},
    {"lookup", lookup, METH_O, NULL},
    {"store", store, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot scanner_slots[] = {{Py_tp_methods, scanner_methods},
                                      {0, NULL}};
static PyType_Spec scanner_spec = {"safe.Scanner", sizeof(Scanner), 0,
                                   Py_TPFLAGS_DEFAULT, scanner_slots};

// Only the import of the module runs this.
static int add_constants(PyObject *module) {
  PyObject *dict = PyModule_GetDict(module);
  PyObject *doc = PyDict_GetItemString(dict, "__doc__");
  if (doc != NULL && PyDict_SetItemString(names, "doc", doc) < 0)
    return -1;
  return 0;
}

static int exec(PyObject *module) {
  names = PyDict_New();
  cache = PyDict_New();
  if (names == NULL || cache == NULL || add_constants(module) < 0)
    return -1;
  PyObject *type = PyType_FromSpec(&scanner_spec);
  return PyModule_AddObjectRef(module, "Scanner", type);
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, exec}, {0, NULL}};
static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "safe", NULL, 0, methods, slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit_safe(void) { return PyModuleDef_Init(&module); }
