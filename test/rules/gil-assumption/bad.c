// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What gil-assumption must find, one shape of real code per function.

#include <Python.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A callback of a library that counts, and a getter.
static unsigned long messages;
void on_message(const char *text) {
  PyGILState_STATE state = PyGILState_Ensure(); // expect: gil-assumption
  messages++;
  PyGILState_Release(state);
}
static PyObject *get_messages(PyObject *self, PyObject *unused) {
  return PyLong_FromUnsignedLong(messages);
}

// The same, where both sides are methods.
static int busy;
static PyObject *run(PyObject *self, PyObject *unused) {
  Py_BEGIN_ALLOW_THREADS
  Py_BLOCK_THREADS // expect: gil-assumption high
  busy = 1;
  Py_UNBLOCK_THREADS
  Py_END_ALLOW_THREADS
  Py_RETURN_NONE;
}
static PyObject *is_busy(PyObject *self, PyObject *unused) {
  return PyBool_FromLong(busy);
}

// The fields of a structure, under a test, with two ways out.
struct queue {
  int head, tail, size;
  void *items[64];
};
int queue_push(struct queue *q, void *item) {
  PyGILState_STATE state = PyGILState_Ensure(); // expect: gil-assumption medium
  if (q->size == 64) {
    PyGILState_Release(state);
    return -1;
  }
  q->items[q->tail] = item;
  q->tail = (q->tail + 1) % 64;
  q->size++;
  PyGILState_Release(state);
  return 0;
}

// A buffer that a library call fills.
static char last_error[256];
void on_error(const char *text) {
  PyGILState_STATE state = PyGILState_Ensure(); // expect: gil-assumption
  snprintf(last_error, sizeof(last_error), "%s", text);
  PyGILState_Release(state);
}

// Behind wrappers and a loop.
static PyGILState_STATE lock_python(void) { return PyGILState_Ensure(); }
static void unlock_python(PyGILState_STATE s) { PyGILState_Release(s); }
static int histogram[16];
void on_sizes(const int *sizes, int n) {
  PyGILState_STATE state = lock_python(); // expect: gil-assumption
  for (int i = 0; i < n; i++)
    histogram[sizes[i] & 15]++;
  unlock_python(state);
}
static PyObject *get_bin(PyObject *self, PyObject *arg) {
  return PyLong_FromLong(histogram[PyLong_AsLong(arg) & 15]);
}

// A comment at a variable; the code beside it trusts it.
// expect-next: gil-assumption high
/* Free list of nodes.  Protected by the GIL. */
static struct node *free_nodes;
struct node {
  struct node *next;
};
static PyObject *take(PyObject *self, PyObject *unused) {
  struct node *n = free_nodes;
  if (n != NULL)
    free_nodes = n->next;
  else
    n = malloc(sizeof(*n));
  return PyLong_FromVoidPtr(n);
}
static PyObject *give(PyObject *self, PyObject *arg) {
  struct node *n = PyLong_AsVoidPtr(arg);
  n->next = free_nodes;
  free_nodes = n;
  Py_RETURN_NONE;
}

// A comment in the code.
static PyObject *next_id(PyObject *self, PyObject *unused) {
  static long last_id;
  // Safe, we hold the GIL here. // expect: gil-assumption high
  last_id += 1;
  return PyLong_FromLong(last_id);
}

// A comment at a function.
static int depth;
// The caller must hold the GIL, which guards depth. // expect: gil-assumption high
static void enter(void) { depth++; }
static PyObject *recurse(PyObject *self, PyObject *unused) {
  enter();
  return PyLong_FromLong(depth);
}

// The arms of the #if are the wrong way round.
#ifndef Py_GIL_DISABLED
#define CACHE_LOCK() lock_cache()
#define CACHE_UNLOCK() unlock_cache()
#else
#define CACHE_LOCK() // expect: gil-assumption medium
#define CACHE_UNLOCK()
#endif
static long cached;
static PyObject *cache_get(PyObject *self, PyObject *arg) {
  CACHE_LOCK();
  cached = PyLong_AsLong(arg);
  CACHE_UNLOCK();
  return PyLong_FromLong(cached);
}

static PyMethodDef methods[] = {
    {"get_messages", get_messages, METH_NOARGS, NULL},
    {"run", run, METH_NOARGS, NULL},
    {"is_busy", is_busy, METH_NOARGS, NULL},
    {"get_bin", get_bin, METH_O, NULL},
    {"take", take, METH_NOARGS, NULL},
    {"give", give, METH_O, NULL},
    {"next_id", next_id, METH_NOARGS, NULL},
    {"recurse", recurse, METH_NOARGS, NULL},
    {"cache_get", cache_get, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "bad", NULL, 0, methods, NULL, NULL, NULL, NULL,
};

// Of the GIL's time, and during initialisation.
PyMODINIT_FUNC PyInit_bad(void) {
  PyEval_InitThreads(); // expect: gil-assumption medium
  return PyModuleDef_Init(&module);
}
