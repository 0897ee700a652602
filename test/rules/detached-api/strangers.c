// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// detached-api in functions that a library calls: those beside them tell
// whether it has a thread state when it does.

#include <Python.h>
#include <pthread.h>
#include <stdlib.h>

// As a library declares it.
struct filter {
  int (*apply)(struct filter *, void *);
  void (*cleanup)(struct filter *, void *);
  void (*shutdown)(struct filter *);
  int (*version)(void);
};
int filter_register(struct filter *);
void work_hard(void);

typedef struct {
  struct filter base;
  PyObject *callback;
} PyFilter;

static int apply(struct filter *self, void *data) {
  PyGILState_STATE gil = PyGILState_Ensure();
  PyObject *r = PyObject_CallNoArgs(((PyFilter *)self)->callback);
  int ok = r != NULL;
  Py_XDECREF(r);
  PyGILState_Release(gil);
  return ok;
}

static void drop(PyObject *o) { Py_XDECREF(o); }

// The same library calls this, and it takes no thread state.
static void cleanup(struct filter *self, void *data) {
  drop(data); // expect: detached-api medium
}

static void shutdown_filter(struct filter *self) {
  PyGILState_STATE gil = PyGILState_Ensure();
  Py_DECREF(((PyFilter *)self)->callback);
  PyGILState_Release(gil);
  free(self);
}

// Uses nothing of Python's.
static int version(void) { return 3; }

static PyObject *add(PyObject *self, PyObject *callback) {
  PyFilter *f = calloc(1, sizeof(PyFilter));
  f->base.apply = apply;
  f->base.cleanup = cleanup;
  f->base.shutdown = shutdown_filter;
  f->base.version = version;
  f->callback = Py_NewRef(callback);
  return PyLong_FromLong(filter_register(&f->base));
}

// A table whose caller has a thread state: nobody in it takes one.
struct visitor {
  int (*enter)(void *);
  int (*leave)(void *);
};
static int enter(void *p) { return PyList_Append(p, Py_True); }
static int leave(void *p) { return PyList_Append(p, Py_False); }
static const struct visitor visitor = {enter, leave};
int library_walk(const struct visitor *, void *);
static PyObject *walk(PyObject *self, PyObject *list) {
  return PyLong_FromLong(library_walk(&visitor, list));
}

// Written down as a table.
struct hooks {
  void (*opened)(void *);
  void (*closed)(void *);
  void (*failed)(void *);
};
static void opened(void *p) {
  PyGILState_STATE gil = PyGILState_Ensure();
  Py_XDECREF(PyObject_CallNoArgs(p));
  PyGILState_Release(gil);
}
static void closed(void *p) {
  Py_DECREF((PyObject *)p); // expect: detached-api medium
}
static PyMutex failures_lock;
static long failures;
static void failed(void *p) {
  PyMutex_Lock(&failures_lock);
  failures++;
  PyMutex_Unlock(&failures_lock);
}
const struct hooks hooks = {opened, closed, failed};

// One is enough where it takes the state itself, but not everywhere.
void on_value(PyObject *callback, long value) {
  PyObject *number = PyLong_FromLong(value); // expect: detached-api medium
  PyGILState_STATE gil = PyGILState_Ensure();
  Py_XDECREF(PyObject_CallOneArg(callback, number));
  Py_XDECREF(number);
  PyGILState_Release(gil);
}
void on_end(PyObject *callback) {
  PyGILState_STATE gil = PyGILState_Ensure();
  PyObject *r = PyObject_CallNoArgs(callback);
  PyGILState_Release(gil);
  Py_XDECREF(r); // expect: detached-api medium
}
void on_start(PyObject *callback) {
  if (!Py_IsInitialized())
    return;
  PyGILState_STATE gil = PyGILState_Ensure();
  Py_XDECREF(PyObject_CallNoArgs(callback));
  PyGILState_Release(gil);
}

// Python calls this one: it has a thread state before it asks.
static PyObject *careful(PyObject *self, PyObject *arg) {
  PyObject *copy = PySequence_List(arg);
  PyGILState_STATE gil = PyGILState_Ensure();
  Py_XDECREF(copy);
  PyGILState_Release(gil);
  return PyLong_FromLong(1);
}

// Gives the state up and takes it back: it had one all along.
PyObject *compute(PyObject *arg, int big) {
  PyThreadState *save = NULL;
  if (!PyLong_Check(arg)) {
    PyErr_SetString(PyExc_TypeError, "int");
    return NULL;
  }
  if (big)
    save = PyEval_SaveThread();
  work_hard();
  if (save)
    PyEval_RestoreThread(save);
  return Py_NewRef(arg);
}

// The start of a thread that its maker runs too: without a state all the same.
static void tell(PyObject *list) {
  PyList_Append(list, Py_None); // expect: detached-api high
}
static void *work(void *p) {
  tell(p);
  return NULL;
}
static PyObject *run(PyObject *self, PyObject *list) {
  pthread_t other;
  if (pthread_create(&other, NULL, work, list) != 0)
    return PyErr_NoMemory();
  work(list);
  pthread_join(other, NULL);
  return Py_NewRef(list);
}

static PyMethodDef methods[] = {
    {"add", add, METH_O, NULL},         {"walk", walk, METH_O, NULL},
    {"careful", careful, METH_O, NULL}, {"run", run, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "strangers", NULL, 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit_strangers(void) { return PyModuleDef_Init(&module); }
