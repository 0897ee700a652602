// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where lazy-init (and shared-global, which takes over where it ends) must be
// silent: no line of this file is reported, at any confidence.

// RUN: %scan %s --select lazy-init,shared-global --strict --fail-on low --min-confidence low --format concise

#include <Python.h>
#include <pthread.h>
#include <stdatomic.h>

// Made by the import of the module; the test there races with nobody.
static PyObject *decimal_type;

static int import_decimal(void) {
  if (decimal_type != NULL)
    return 0;
  PyObject *module = PyImport_ImportModule("decimal");
  if (module == NULL)
    return -1;
  decimal_type = PyObject_GetAttrString(module, "Decimal");
  Py_DECREF(module);
  return decimal_type == NULL ? -1 : 0;
}

static PyObject *is_decimal(PyObject *self, PyObject *arg) {
  return PyBool_FromLong(PyObject_IsInstance(arg, decimal_type));
}

// One mutex over test and write.
static PyMutex table_lock;
static int table_ready;
static unsigned table[256];

static PyObject *checksum(PyObject *self, PyObject *unused) {
  unsigned value;
  PyMutex_Lock(&table_lock);
  if (!table_ready) {
    for (unsigned i = 0; i < 256; i++)
      table[i] = i * 0x04C11DB7u;
    table_ready = 1;
  }
  value = table[3];
  PyMutex_Unlock(&table_lock);
  return PyLong_FromUnsignedLong(value);
}

// The helper relies on the lock of its callers.
static pthread_mutex_t names_lock = PTHREAD_MUTEX_INITIALIZER;
static char *names[4];

static char *name_locked(int i) {
  if (names[i] == NULL)
    names[i] = strdup("name");
  return names[i];
}

static PyObject *name(PyObject *self, PyObject *unused) {
  pthread_mutex_lock(&names_lock);
  char *text = name_locked(0);
  pthread_mutex_unlock(&names_lock);
  return PyUnicode_FromString(text);
}

static PyObject *other_name(PyObject *self, PyObject *unused) {
  pthread_mutex_lock(&names_lock);
  char *text = name_locked(1);
  pthread_mutex_unlock(&names_lock);
  return PyUnicode_FromString(text);
}

// Published by compare and exchange; the loser releases its own.
static _Atomic(PyObject *) empty;

static PyObject *get_empty(PyObject *self, PyObject *unused) {
  PyObject *have = atomic_load_explicit(&empty, memory_order_acquire);
  if (have == NULL) {
    PyObject *made = PyTuple_New(0);
    PyObject *expected = NULL;
    if (made == NULL)
      return NULL;
    if (atomic_compare_exchange_strong(&empty, &expected, made)) {
      have = made;
    } else {
      Py_DECREF(made);
      have = expected;
    }
  }
  return Py_NewRef(have);
}

// The same with the compiler's builtins on a plain pointer.
static PyObject *shared_key;

static PyObject *get_key(PyObject *self, PyObject *unused) {
  PyObject *have = __atomic_load_n(&shared_key, __ATOMIC_ACQUIRE);
  if (have == NULL) {
    PyObject *made = PyUnicode_InternFromString("key");
    PyObject *expected = NULL;
    if (made == NULL)
      return NULL;
    if (!__atomic_compare_exchange_n(&shared_key, &expected, made, 0,
                                     __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
      Py_DECREF(made);
    have = __atomic_load_n(&shared_key, __ATOMIC_ACQUIRE);
  }
  return Py_NewRef(have);
}

// One for each thread.
static PyObject *buffer_of_thread(PyObject *self, PyObject *unused) {
  static _Thread_local PyObject *buffer;
  if (buffer == NULL)
    buffer = PyByteArray_FromStringAndSize(NULL, 64);
  return Py_XNewRef(buffer);
}

// Once, by the C library.
static pthread_once_t once = PTHREAD_ONCE_INIT;
static unsigned primes[64];

static void find_primes(void) {
  for (unsigned i = 0; i < 64; i++)
    primes[i] = 2 * i + 1;
}

static PyObject *prime(PyObject *self, PyObject *unused) {
  pthread_once(&once, find_primes);
  return PyLong_FromUnsignedLong(primes[1]);
}

// A local variable is no storage that threads share, and the state of the
// module is tested and set under its lock.
typedef struct {
  PyMutex lock;
  PyObject *cached;
} State;

static PyObject *from_state(PyObject *module, PyObject *unused) {
  State *state = PyModule_GetState(module);
  PyObject *local = NULL;
  if (local == NULL)
    local = PyList_New(0);
  Py_XDECREF(local);
  PyMutex_Lock(&state->lock);
  if (state->cached == NULL)
    state->cached = PyDict_New();
  PyObject *result = Py_XNewRef(state->cached);
  PyMutex_Unlock(&state->lock);
  return result;
}

static PyMethodDef methods[] = {
    {"is_decimal", is_decimal, METH_O, NULL},
    {"checksum", checksum, METH_NOARGS, NULL},
    {"name", name, METH_NOARGS, NULL},
    {"other_name", other_name, METH_NOARGS, NULL},
    {"get_empty", get_empty, METH_NOARGS, NULL},
    {"get_key", get_key, METH_NOARGS, NULL},
    {"buffer_of_thread", buffer_of_thread, METH_NOARGS, NULL},
    {"prime", prime, METH_NOARGS, NULL},
    {"from_state", from_state, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static int exec(PyObject *module) { return import_decimal(); }

static PyModuleDef_Slot slots[] = {{Py_mod_exec, exec}, {0, NULL}};
static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "safe", NULL, sizeof(State), methods, slots, NULL,
    NULL, NULL,
};

PyMODINIT_FUNC PyInit_safe(void) { return PyModuleDef_Init(&module); }
