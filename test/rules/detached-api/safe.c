// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where detached-api must be silent: no line of this file is reported, at any
// confidence.

// RUN: %scan %s --select detached-api --strict --fail-on low --min-confidence low --format concise
// expect: none

#include <Python.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

// The error is kept until there is a thread state again.
static PyObject *sync_file(PyObject *self, PyObject *arg) {
  int fd = (int)PyLong_AsLong(arg), status, error = 0;
  do {
    Py_BEGIN_ALLOW_THREADS
    status = fsync(fd);
    error = errno;
    Py_END_ALLOW_THREADS
  } while (status < 0 && error == EINTR && PyErr_CheckSignals() == 0);
  if (status < 0)
    return PyErr_SetFromErrno(PyExc_OSError);
  Py_RETURN_NONE;
}

// Attached for the call, and on the way out.
static PyObject *feed(PyObject *self, PyObject *callback) {
  Py_BEGIN_ALLOW_THREADS
  for (int i = 0; i < 10; i++) {
    usleep(1);
    Py_BLOCK_THREADS
    PyObject *r = PyObject_CallNoArgs(callback);
    if (r == NULL)
      return NULL;
    Py_DECREF(r);
    Py_UNBLOCK_THREADS
  }
  Py_END_ALLOW_THREADS
  Py_RETURN_NONE;
}

// What needs no thread state: raw memory, locks, reading what cannot change.
static PyMutex total_lock;
static long total;
static PyObject *checksum(PyObject *self, PyObject *arg) {
  long sum = 0;
  if (!PyBytes_Check(arg))
    return NULL;
  Py_BEGIN_ALLOW_THREADS
  unsigned char *copy = PyMem_RawMalloc(PyBytes_GET_SIZE(arg));
  for (Py_ssize_t i = 0; copy && i < PyBytes_GET_SIZE(arg); i++)
    sum += copy[i] = PyBytes_AS_STRING(arg)[i];
  PyMem_RawFree(copy);
  PyMutex_Lock(&total_lock);
  total += sum;
  PyMutex_Unlock(&total_lock);
  Py_END_ALLOW_THREADS
  return PyLong_FromLong(sum);
}
static PyObject *get_total(PyObject *self, PyObject *unused) {
  PyMutex_Lock(&total_lock);
  long n = total;
  PyMutex_Unlock(&total_lock);
  return PyLong_FromLong(n);
}

// A callback of a library: it asks for a thread state itself.
static int on_progress(void *data, int percent) {
  PyGILState_STATE state = PyGILState_Ensure();
  PyObject *r = PyObject_CallFunction((PyObject *)data, "i", percent);
  int stop = r == NULL;
  Py_XDECREF(r);
  PyGILState_Release(state);
  return stop;
}
static int convert(int (*progress)(void *, int), void *data) {
  for (int i = 0; i < 100; i++)
    if (progress(data, i))
      return -1;
  return 0;
}
static PyObject *convert_all(PyObject *self, PyObject *callback) {
  int status;
  Py_BEGIN_ALLOW_THREADS
  status = convert(on_progress, callback);
  if (status == 0)
    status = on_progress(callback, 100);
  Py_END_ALLOW_THREADS
  return PyLong_FromLong(status);
}

// Ensure and Release nest: a method is attached after the pair as before it.
static PyObject *nested(PyObject *self, PyObject *arg) {
  PyGILState_STATE state = PyGILState_Ensure();
  PyObject *text = PyObject_Str(arg);
  PyGILState_Release(state);
  if (text == NULL)
    PyErr_Clear();
  return text;
}

// The token lies in a structure of the project.
typedef struct {
  PyGILState_STATE state;
  PyThreadState *save;
} session;
static void enter_python(session *s) { s->state = PyGILState_Ensure(); }
static void leave_python(session *s) { PyGILState_Release(s->state); }
static PyObject *through_session(PyObject *self, PyObject *arg) {
  session s;
  enter_python(&s);
  PyObject *text = PyObject_Repr(arg);
  leave_python(&s);
  if (text == NULL)
    PyErr_Clear();
  return text;
}

// Detached for large input only: what the size means is not known.
static PyObject *encode(PyObject *self, PyObject *arg) {
  Py_ssize_t n = PyBytes_GET_SIZE(arg);
  PyThreadState *save = NULL;
  if (n > 2048)
    save = PyEval_SaveThread();
  usleep(1);
  if (save)
    PyEval_RestoreThread(save);
  return PyBytes_FromStringAndSize(PyBytes_AS_STRING(arg), n);
}

// A thread that takes a thread state for what it does with Python, and has
// something of its own.
static long ticks;
static void *ticker(void *arg) {
  for (;;) {
    usleep(1000);
    ticks++;
    PyGILState_STATE state = PyGILState_Ensure();
    PyObject *r = PyObject_CallFunction((PyObject *)arg, "l", ticks);
    Py_XDECREF(r);
    PyGILState_Release(state);
  }
  return NULL;
}
static PyObject *start(PyObject *self, PyObject *callback) {
  pthread_t thread;
  Py_INCREF(callback);
  pthread_create(&thread, NULL, ticker, callback);
  Py_RETURN_NONE;
}

// Set at import, only read afterwards; and one per thread.
static long page_size;
static _Thread_local char line[128];
static PyObject *pages(PyObject *self, PyObject *arg) {
  long n = PyLong_AsLong(arg);
  Py_BEGIN_ALLOW_THREADS
  n /= page_size;
  line[0] = (char)n;
  Py_END_ALLOW_THREADS
  return PyLong_FromLong(n + line[0]);
}

static PyMethodDef methods[] = {
    {"sync_file", sync_file, METH_O, NULL},
    {"feed", feed, METH_O, NULL},
    {"checksum", checksum, METH_O, NULL},
    {"get_total", get_total, METH_NOARGS, NULL},
    {"convert_all", convert_all, METH_O, NULL},
    {"nested", nested, METH_O, NULL},
    {"through_session", through_session, METH_O, NULL},
    {"encode", encode, METH_O, NULL},
    {"start", start, METH_O, NULL},
    {"pages", pages, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static int module_exec(PyObject *m) {
  page_size = sysconf(_SC_PAGESIZE);
  return 0;
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, module_exec}, {0, NULL}};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "safe", NULL, 0, methods, slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit_safe(void) { return PyModuleDef_Init(&module); }
