// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What borrowed-ref must find, one shape of real code per function. The prefix
// of a line is the confidence: a run that asks for high must show HIGH only.

// RUN: %scan %s --select borrowed-ref --strict --exit-zero --format concise --min-confidence low \
// RUN:   | %FileCheck %s --check-prefixes=HIGH,MEDIUM,LOW --implicit-check-not=warning:
// RUN: %scan %s --select borrowed-ref --exit-zero --format concise \
// RUN:   | %FileCheck %s --check-prefixes=HIGH,MEDIUM --implicit-check-not=warning:
// RUN: %scan %s --select borrowed-ref --exit-zero --format concise --min-confidence high \
// RUN:   | %FileCheck %s --check-prefixes=HIGH --implicit-check-not=warning:

#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *memo;
  PyObject *weak;
  PyObject *cell;
} Scanner;

// An unchecked loop over a list of the user's, while the conversion of an
// item runs its __float__.
static PyObject *sum_list(PyObject *self, PyObject *list) {
  double total = 0;
  if (!PyList_Check(list))
    return NULL;
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
    // MEDIUM: :[[@LINE+1]]:{{.*}} borrowed reference from 'PyList_GET_ITEM' out of list 'list' can be freed by another thread [borrowed-ref]
    PyObject *item = PyList_GET_ITEM(list, i);
    total += PyFloat_AsDouble(item);
  }
  return PyFloat_FromDouble(total);
}

// The reference is taken too late.
static PyObject *first(PyObject *self, PyObject *list) {
  // MEDIUM: :[[@LINE+1]]:{{.*}} 'PyList_GetItem' out of list 'list' {{.*}} [borrowed-ref]
  PyObject *item = PyList_GetItem(list, 0);
  if (item == NULL)
    return NULL;
  Py_INCREF(item);
  return item;
}

// So is this one, in one expression.
static PyObject *last(PyObject *self, PyObject *list) {
  Py_ssize_t n = PyList_Size(list);
  if (n < 1)
    return NULL;
  // MEDIUM: :[[@LINE+1]]:{{.*}} 'PyList_GetItem' {{.*}} [borrowed-ref]
  return Py_NewRef(PyList_GetItem(list, n - 1));
}

// PySequence_Fast returns a list unchanged.
static PyObject *join(PyObject *self, PyObject *arg) {
  PyObject *fast = PySequence_Fast(arg, "expected a sequence");
  if (fast == NULL)
    return NULL;
  Py_ssize_t length = 0;
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(fast); i++) {
    // MEDIUM: :[[@LINE+1]]:{{.*}} 'PySequence_Fast_GET_ITEM' out of sequence 'fast' {{.*}} [borrowed-ref]
    length += PyObject_Size(PySequence_Fast_GET_ITEM(fast, i));
  }
  Py_DECREF(fast);
  return PyLong_FromSsize_t(length);
}

// A pointer into the list is worse: a resize frees the whole array.
static PyObject *encode_all(PyObject *self, PyObject *arg) {
  PyObject *fast = PySequence_Fast(arg, "expected a sequence");
  if (fast == NULL)
    return NULL;
  // MEDIUM: :[[@LINE+1]]:{{.*}} pointer from 'PySequence_Fast_ITEMS' {{.*}} [borrowed-ref]
  PyObject **items = PySequence_Fast_ITEMS(fast);
  Py_ssize_t n = PySequence_Fast_GET_SIZE(fast);
  Py_ssize_t used = 0;
  for (Py_ssize_t i = 0; i < n; i++)
    used += items[i] != Py_None && PyObject_IsTrue(items[i]);
  Py_DECREF(fast);
  return PyLong_FromSsize_t(used);
}

// A memo in the object: this method looks, the next one changes it.
static PyObject *memo_lookup(PyObject *op, PyObject *key) {
  Scanner *self = (Scanner *)op;
  // HIGH: :[[@LINE+1]]:{{.*}} 'PyDict_GetItemWithError' out of dict 'self->memo' {{.*}} [borrowed-ref]
  PyObject *memokey = PyDict_GetItemWithError(self->memo, key);
  if (memokey != NULL) {
    Py_INCREF(memokey);
    return memokey;
  }
  if (PyErr_Occurred())
    return NULL;
  if (PyDict_SetItem(self->memo, key, key) < 0)
    return NULL;
  return Py_NewRef(key);
}

static PyObject *memo_clear(PyObject *op, PyObject *unused) {
  PyDict_Clear(((Scanner *)op)->memo);
  Py_RETURN_NONE;
}

// A cache of the whole process.
static PyObject *type_cache;

static PyObject *cached_type(PyObject *self, PyObject *type) {
  // HIGH: :[[@LINE+1]]:{{.*}} 'PyDict_GetItem' out of dict 'type_cache' {{.*}} [borrowed-ref]
  PyObject *node = PyDict_GetItem(type_cache, type);
  if (node != NULL)
    return Py_NewRef(node);
  node = PyObject_Repr(type);
  if (node != NULL)
    PyDict_SetItem(type_cache, type, node);
  return node;
}

// What the dict had before belongs to the dict.
static PyObject *intern_key(PyObject *op, PyObject *key) {
  Scanner *self = (Scanner *)op;
  // HIGH: :[[@LINE+1]]:{{.*}} 'PyDict_SetDefault' {{.*}} [borrowed-ref]
  PyObject *have = PyDict_SetDefault(self->memo, key, key);
  return Py_XNewRef(have);
}

// The referent dies when the last strong reference does, wherever that is.
static PyObject *referent(PyObject *op, PyObject *unused) {
  Scanner *self = (Scanner *)op;
  // HIGH: :[[@LINE+1]]:{{.*}} 'PyWeakref_GetObject' {{.*}} [borrowed-ref]
  PyObject *target = PyWeakref_GetObject(self->weak);
  Py_INCREF(target);
  return target;
}

static PyObject *referent_macro(PyObject *op, PyObject *unused) {
  // HIGH: :[[@LINE+1]]:{{.*}} 'PyWeakref_GET_OBJECT' {{.*}} [borrowed-ref]
  PyObject *target = PyWeakref_GET_OBJECT(((Scanner *)op)->weak);
  if (target == Py_None)
    Py_RETURN_NONE;
  return PyObject_Repr(target);
}

// sys attributes can be assigned by anybody.
static PyObject *write_out(PyObject *self, PyObject *text) {
  // HIGH: :[[@LINE+1]]:{{.*}} 'PySys_GetObject' {{.*}} [borrowed-ref]
  PyObject *out = PySys_GetObject("stdout");
  return out ? PyObject_CallMethod(out, "write", "O", text) : NULL;
}

static PyObject *main_dict(PyObject *self, PyObject *unused) {
  // HIGH: :[[@LINE+1]]:{{.*}} 'PyImport_AddModule' {{.*}} [borrowed-ref]
  PyObject *main = PyImport_AddModule("__main__");
  if (main == NULL)
    return NULL;
  return PyObject_GetAttrString(main, "__dict__");
}

// The section covers the call and not the use.
static PyObject *section_too_short(PyObject *self, PyObject *list) {
  PyObject *item;
  Py_BEGIN_CRITICAL_SECTION(list);
  // MEDIUM: :[[@LINE+1]]:{{.*}} is used after the critical section ends [borrowed-ref]
  item = PyList_GetItem(list, 0);
  Py_END_CRITICAL_SECTION();
  if (item == NULL)
    return NULL;
  return PyObject_Repr(item);
}

// The section is on another object.
static PyObject *section_on_self(PyObject *self, PyObject *list) {
  PyObject *result = NULL;
  Py_BEGIN_CRITICAL_SECTION(self);
  // MEDIUM: :[[@LINE+1]]:{{.*}} 'PyList_GetItem' {{.*}} can be freed by another thread [borrowed-ref]
  PyObject *item = PyList_GetItem(list, 0);
  if (item != NULL)
    result = PyObject_Repr(item);
  Py_END_CRITICAL_SECTION();
  return result;
}

// A helper: one caller has a list of its own, the other the user's.
static double weight(PyObject *list, Py_ssize_t i) {
  // MEDIUM: :[[@LINE+1]]:{{.*}} 'PyList_GET_ITEM' {{.*}} [borrowed-ref]
  return PyFloat_AsDouble(PyList_GET_ITEM(list, i));
}

static PyObject *weigh_own(PyObject *self, PyObject *arg) {
  PyObject *list = PySequence_List(arg);
  if (list == NULL)
    return NULL;
  double w = PyList_GET_SIZE(list) ? weight(list, 0) : 0;
  Py_DECREF(list);
  return PyFloat_FromDouble(w);
}

static PyObject *weigh_given(PyObject *self, PyObject *arg) {
  return PyFloat_FromDouble(weight(arg, 0));
}

// A macro of the project, as every larger code base has one.
#define FETCH(dict, name, into)                                               \
  do {                                                                        \
    (into) = PyDict_GetItemString((dict), (name));                            \
    if ((into) == NULL)                                                       \
      goto missing;                                                           \
  } while (0)

static PyObject *options(PyObject *self, PyObject *dict) {
  PyObject *width, *height;
  // MEDIUM: :[[@LINE+1]]:{{.*}} 'PyDict_GetItemString' {{.*}} [borrowed-ref]
  FETCH(dict, "width", width);
  // MEDIUM: :[[@LINE+1]]:{{.*}} 'PyDict_GetItemString' {{.*}} [borrowed-ref]
  FETCH(dict, "height", height);
  return PyTuple_Pack(2, width, height);
missing:
  return NULL;
}

// Only asked whether it is there.
static PyObject *has_option(PyObject *self, PyObject *dict) {
  // LOW: :[[@LINE+1]]:{{.*}} is only compared with NULL [borrowed-ref]
  if (PyDict_GetItemString(dict, "option") != NULL)
    Py_RETURN_TRUE;
  Py_RETURN_FALSE;
}

// A list of our own, until it has been given away.
static PyObject *escaped(PyObject *self, PyObject *callback) {
  PyObject *list = PyList_New(0);
  if (list == NULL)
    return NULL;
  PyObject *answer = PyObject_CallOneArg(callback, list);
  Py_XDECREF(answer);
  // MEDIUM: :[[@LINE+1]]:{{.*}} 'PyList_GetItem' {{.*}} [borrowed-ref]
  PyObject *item = PyList_GetItem(list, 0);
  Py_XINCREF(item);
  Py_DECREF(list);
  return item;
}

// A container that an attribute returned belongs to somebody else.
static PyObject *from_attribute(PyObject *self, PyObject *arg) {
  PyObject *dict = PyObject_GetAttrString(arg, "__dict__");
  if (dict == NULL)
    return NULL;
  // MEDIUM: :[[@LINE+1]]:{{.*}} 'PyDict_GetItemString' {{.*}} [borrowed-ref]
  PyObject *name = PyDict_GetItemString(dict, "name");
  PyObject *text = name ? PyObject_Str(name) : NULL;
  Py_DECREF(dict);
  return text;
}

static PyMethodDef methods[] = {
    {"sum_list", sum_list, METH_O, NULL},
    {"first", first, METH_O, NULL},
    {"last", last, METH_O, NULL},
    {"join", join, METH_O, NULL},
    {"encode_all", encode_all, METH_O, NULL},
    {"cached_type", cached_type, METH_O, NULL},
    {"write_out", write_out, METH_O, NULL},
    {"main_dict", main_dict, METH_NOARGS, NULL},
    {"section_too_short", section_too_short, METH_O, NULL},
    {"section_on_self", section_on_self, METH_O, NULL},
    {"weigh_own", weigh_own, METH_O, NULL},
    {"weigh_given", weigh_given, METH_O, NULL},
    {"options", options, METH_O, NULL},
    {"has_option", has_option, METH_O, NULL},
    {"escaped", escaped, METH_O, NULL},
    {"from_attribute", from_attribute, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyMethodDef scanner_methods[] = {
    {"memo_lookup", memo_lookup, METH_O, NULL},
    {"memo_clear", memo_clear, METH_NOARGS, NULL},
    {"intern_key", intern_key, METH_O, NULL},
    {"referent", referent, METH_NOARGS, NULL},
    {"referent_macro", referent_macro, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject scanner_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "bad.Scanner",
    .tp_basicsize = sizeof(Scanner),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_methods = scanner_methods,
};

static int exec(PyObject *module) {
  type_cache = PyDict_New();
  if (type_cache == NULL)
    return -1;
  return PyType_Ready(&scanner_type);
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, exec}, {0, NULL}};
static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "bad", NULL, 0, methods, slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit_bad(void) { return PyModuleDef_Init(&module); }
