// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where gil-assumption must be silent: no line of this file is reported, at
// any confidence.

// RUN: %scan %s --select gil-assumption --strict --fail-on low --min-confidence low --format concise
// expect: none

#include <Python.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

// The thread state is for Python.
static PyObject *log_callback;
void on_log(const char *text) {
  PyGILState_STATE state = PyGILState_Ensure();
  PyObject *r = PyObject_CallFunction(log_callback, "s", text);
  Py_XDECREF(r);
  PyGILState_Release(state);
}

// For Python in a helper, and a counter beside it under a lock.
static PyMutex count_lock;
static long count;
static void tell(long n) { PySys_WriteStderr("%ld\n", n); }
void on_count(void) {
  PyGILState_STATE state = PyGILState_Ensure();
  PyMutex_Lock(&count_lock);
  long n = ++count;
  PyMutex_Unlock(&count_lock);
  tell(n);
  PyGILState_Release(state);
}

// Only locals, and an atomic.
static atomic_long calls;
int on_compare(const int *a, const int *b) {
  int order;
  PyGILState_STATE state = PyGILState_Ensure();
  order = (*a > *b) - (*a < *b);
  atomic_fetch_add(&calls, 1);
  PyGILState_Release(state);
  return order;
}

// A lock inside the pair: the lock is what protects.
static PyMutex error_lock;
static char error_text[80];
void on_error(const char *text) {
  PyGILState_STATE state = PyGILState_Ensure();
  PyMutex_Lock(&error_lock);
  strncpy(error_text, text, sizeof(error_text) - 1);
  PyMutex_Unlock(&error_lock);
  PyGILState_Release(state);
}

// What the pointer calls is not known: it may be Python.
struct hook {
  void (*call)(void *);
  void *data;
  int used;
};
void on_hook(struct hook *h) {
  PyGILState_STATE state = PyGILState_Ensure();
  h->used = 1;
  h->call(h->data);
  PyGILState_Release(state);
}

// The pair stands in two functions.
static int users;
PyGILState_STATE spam_begin(void) {
  PyGILState_STATE state = PyGILState_Ensure();
  return state;
}
void spam_end(PyGILState_STATE state) { PyGILState_Release(state); }

// Comments that promise nothing, or nothing that is not kept.

/* Read while the GIL is released. */
static long chunk_size = 4096;

/* Filled at import, safe under the GIL and without it. */
static long table[16];

/* Guarded by the GIL; PyMutex without it. */
static long hits;
static PyMutex hits_lock;

static PyObject *lookup(PyObject *self, PyObject *arg) {
  // The GIL is held here, but another thread may be in here as well.
  PyMutex_Lock(&hits_lock);
  hits++;
  PyMutex_Unlock(&hits_lock);
  return PyLong_FromLong(table[PyLong_AsLong(arg) & 15] + chunk_size);
}

/* Safe because of the GIL: one per thread anyway. */
static _Thread_local long seen;
static PyObject *mark(PyObject *self, PyObject *unused) {
  seen++;
  return PyLong_FromLong(seen);
}

/* Says what callers hold, not that the GIL keeps them apart: call with the
 * connection lock and the GIL held. */
static PyObject *append_name(void) {
  static PyObject *append;
  if (append == NULL)
    append = PyUnicode_FromString("append");
  return Py_XNewRef(append);
}
static PyObject *process(PyObject *self, PyObject *unused) {
  return append_name();
}

// Lock macros the right way round, and an assertion that has no meaning
// without the GIL.
#ifdef Py_GIL_DISABLED
#define HITS_LOCK() PyMutex_Lock(&hits_lock)
#define HITS_UNLOCK() PyMutex_Unlock(&hits_lock)
#define ASSERT_GIL_LOCK()
#define NODE_CLOCK()
#else
#define HITS_LOCK()
#define HITS_UNLOCK()
#define ASSERT_GIL_LOCK() assert(PyGILState_Check())
#define NODE_CLOCK() clock()
#endif
static PyObject *clear(PyObject *self, PyObject *unused) {
  ASSERT_GIL_LOCK();
  HITS_LOCK();
  hits = 0;
  HITS_UNLOCK();
  Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"lookup", lookup, METH_O, NULL},
    {"mark", mark, METH_NOARGS, NULL},
    {"clear", clear, METH_NOARGS, NULL},
    {"process", process, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static int module_exec(PyObject *m) {
  for (int i = 0; i < 16; i++)
    table[i] = i * i;
  users = 0;
  log_callback = PyObject_GetAttrString(m, "log");
  return log_callback ? 0 : -1;
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, module_exec}, {0, NULL}};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "safe", NULL, 0, methods, slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit_safe(void) { return PyModuleDef_Init(&module); }
