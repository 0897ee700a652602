// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What lazy-init must find: one finding per variable, at the write.

// RUN: %scan %s --select lazy-init --strict --exit-zero --format concise --min-confidence low \
// RUN:   | %FileCheck %s

#include <Python.h>

// An imported class.
static PyObject *is_decimal(PyObject *self, PyObject *arg) {
  static PyObject *type = NULL;
  if (type == NULL) {
    PyObject *module = PyImport_ImportModule("decimal");
    if (module == NULL)
      return NULL;
    // CHECK: :[[@LINE+1]]:{{.*}} static variable 'type' is initialised on first use without a lock [lazy-init]
    type = PyObject_GetAttrString(module, "Decimal"); // expect: lazy-init high
    Py_DECREF(module);
  }
  return PyBool_FromLong(PyObject_IsInstance(arg, type));
}

// An interned string; the other way to write the test.
static PyObject *key_string;

static PyObject *get_key(PyObject *self, PyObject *dict) {
  if (!key_string) {
    key_string = PyUnicode_InternFromString("key"); // expect: lazy-init high
    if (!key_string)
      return NULL;
  }
  return PyObject_GetItem(dict, key_string);
}

// Two statics under one test: the second one can be seen unset.
static PyObject *classify(PyObject *self, PyObject *arg) {
  static PyObject *builtin_str = NULL;
  static PyObject *class_str = NULL;
  if (!builtin_str) {
    builtin_str = PyUnicode_InternFromString("builtin"); // expect: lazy-init high
    class_str = PyUnicode_InternFromString("class"); // expect: lazy-init high
  }
  return Py_NewRef(PyType_Check(arg) ? class_str : builtin_str);
}

// A flag and the table it speaks for; the flag comes first.
static int table_ready;
static unsigned table[256];

static PyObject *checksum(PyObject *self, PyObject *arg) {
  if (!table_ready) {
    table_ready = 1; // expect: lazy-init high
    for (unsigned i = 0; i < 256; i++)
      table[i] = i * 0x04C11DB7u; // expect: lazy-init high
  }
  return PyLong_FromUnsignedLong(table[3]);
}

// A table in a function of its own.
static int primes_known;
static int primes[64];

static void find_primes(void) {
  if (primes_known)
    return;
  for (int i = 0; i < 64; i++)
    primes[i] = 2 * i + 1; // expect: lazy-init high
  primes_known = 1; // expect: lazy-init high
}

static PyObject *prime(PyObject *self, PyObject *arg) {
  find_primes();
  return PyLong_FromLong(primes[0]);
}

// A cache with one slot per offset.
static PyObject *offsets[48];

static PyObject *timezone_of(PyObject *self, PyObject *arg) {
  long i = PyLong_AsLong(arg) % 48;
  if (i < 0)
    return NULL;
  if (offsets[i] == NULL)
    offsets[i] = PyLong_FromLong(i * 1800); // expect: lazy-init high
  return Py_XNewRef(offsets[i]);
}

// Returned early when it is there.
static PyObject *empty_tuple(void) {
  static PyObject *empty;
  if (empty != NULL)
    return Py_NewRef(empty);
  empty = PyTuple_New(0); // expect: lazy-init high
  return Py_XNewRef(empty);
}

static PyObject *get_empty(PyObject *self, PyObject *unused) {
  return empty_tuple();
}

// A macro of the project.
#define INTERN(name)                                                          \
  if (s_##name == NULL) {                                                     \
    s_##name = PyUnicode_InternFromString(#name);                             \
    if (s_##name == NULL)                                                     \
      return NULL;                                                            \
  }

static PyObject *constants(PyObject *self, PyObject *arg) {
  static PyObject *s_true, *s_false;
  INTERN(true)  // expect: lazy-init high
  INTERN(false) // expect: lazy-init high
  return Py_NewRef(PyObject_IsTrue(arg) ? s_true : s_false);
}

// A helper fills what its callers point it to.
static void import_once(const char *module, const char *name,
                        PyObject **into) {
  if (*into == NULL) {
    PyObject *m = PyImport_ImportModule(module);
    if (m != NULL) {
      *into = PyObject_GetAttrString(m, name); // expect: lazy-init high
      Py_DECREF(m);
    }
  }
}

static PyObject *parse_date(PyObject *self, PyObject *text) {
  static PyObject *strptime;
  import_once("datetime", "datetime", &strptime);
  return strptime ? PyObject_CallOneArg(strptime, text) : NULL;
}

// Double-checked locking: the lock is at the write only.
static PyMutex pool_lock;
static PyObject *pool;

static PyObject *get_pool(PyObject *self, PyObject *unused) {
  // CHECK: :[[@LINE+1]]:{{.*}} global 'pool' is tested outside the lock that guards its initialisation [lazy-init]
  if (pool == NULL) { // expect: lazy-init high
    PyMutex_Lock(&pool_lock);
    if (pool == NULL)
      pool = PyList_New(0);
    PyMutex_Unlock(&pool_lock);
  }
  return Py_XNewRef(pool);
}

// -1 stands for "not asked yet".
static int has_feature = -1;

static PyObject *feature(PyObject *self, PyObject *unused) {
  if (has_feature < 0)
    has_feature = PyObject_HasAttrString(self, "feature"); // expect: lazy-init high
  return PyBool_FromLong(has_feature);
}

// It can be dropped again, which makes it no better.
static PyObject *warned;

static PyObject *warn_once(PyObject *self, PyObject *unused) {
  if (warned == NULL)
    warned = PySet_New(NULL); // expect: lazy-init high
  return Py_XNewRef(warned);
}

static PyObject *forget(PyObject *self, PyObject *unused) {
  Py_CLEAR(warned);
  Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"is_decimal", is_decimal, METH_O, NULL},
    {"get_key", get_key, METH_O, NULL},
    {"classify", classify, METH_O, NULL},
    {"checksum", checksum, METH_O, NULL},
    {"prime", prime, METH_O, NULL},
    {"timezone_of", timezone_of, METH_O, NULL},
    {"get_empty", get_empty, METH_NOARGS, NULL},
    {"constants", constants, METH_O, NULL},
    {"parse_date", parse_date, METH_O, NULL},
    {"get_pool", get_pool, METH_NOARGS, NULL},
    {"feature", feature, METH_NOARGS, NULL},
    {"warn_once", warn_once, METH_NOARGS, NULL},
    {"forget", forget, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "bad", NULL, -1, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit_bad(void) { return PyModule_Create(&module); }
