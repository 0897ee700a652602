// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What detached-api must find, one shape of real code per function.

#include <Python.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// An exception is set where there is no thread state to hold it; the second
// call of the same function makes no second finding.
static PyObject *copy_file(PyObject *self, PyObject *arg) {
  FILE *in = NULL;
  int failed = 0;
  const char *path = PyUnicode_AsUTF8(arg);
  Py_BEGIN_ALLOW_THREADS
  in = fopen(path, "r");
  if (in == NULL) {
    PyErr_SetString(PyExc_OSError, "open"); // expect: detached-api high
    failed = 1;
  } else if (fclose(in) != 0) {
    PyErr_SetString(PyExc_OSError, "close");
    failed = 1;
  }
  Py_END_ALLOW_THREADS
  if (failed)
    return NULL;
  Py_RETURN_NONE;
}

// Reference counts change under a collector that does not wait.
static PyObject *drain(PyObject *self, PyObject *arg) {
  Py_INCREF(arg);
  Py_BEGIN_ALLOW_THREADS
  for (int i = 0; i < 3; i++)
    usleep(1);
  Py_DECREF(arg); // expect: detached-api high
  Py_END_ALLOW_THREADS
  Py_RETURN_NONE;
}

// The wrong allocator.
static PyObject *sum_squares(PyObject *self, PyObject *arg) {
  long n = PyLong_AsLong(arg), total = 0;
  Py_BEGIN_ALLOW_THREADS
  long *squares = PyMem_Malloc(n * sizeof(long)); // expect: detached-api high
  for (long i = 0; squares && i < n; i++)
    total += squares[i] = i * i;
  PyMem_Free(squares); // expect: detached-api high
  Py_END_ALLOW_THREADS
  return PyLong_FromLong(total);
}

// A helper that others call with a thread state: the call is the mistake.
static int report(const char *what) {
  PyErr_Format(PyExc_RuntimeError, "%s failed", what);
  return -1;
}
static PyObject *check(PyObject *self, PyObject *unused) {
  report("check");
  return NULL;
}
static PyObject *flush(PyObject *self, PyObject *unused) {
  int status = 0;
  Py_BEGIN_ALLOW_THREADS
  if (fflush(stdout) != 0)
    status = report("flush"); // expect: detached-api high
  Py_END_ALLOW_THREADS
  if (status < 0)
    return NULL;
  Py_RETURN_NONE;
}

// A helper of a helper that nobody calls attached: the mistake is in it.
static void note_progress(PyObject *list) {
  PyList_Append(list, Py_None); // expect: detached-api high
}
static void work(PyObject *list, long n) {
  while (n-- > 0)
    note_progress(list);
}
static PyObject *run(PyObject *self, PyObject *list) {
  PyThreadState *save = PyEval_SaveThread();
  work(list, 10);
  PyEval_RestoreThread(save);
  Py_RETURN_NONE;
}

// Attached for a while, and detached again.
static PyObject *poll_twice(PyObject *self, PyObject *callback) {
  int failed = 0;
  Py_BEGIN_ALLOW_THREADS
  usleep(1);
  Py_BLOCK_THREADS
  failed = PyErr_CheckSignals();
  Py_UNBLOCK_THREADS
  if (!failed && PyErr_Occurred()) // expect: detached-api high
    failed = 1;
  Py_END_ALLOW_THREADS
  return PyBool_FromLong(failed);
}

// Macros and wrappers of the project.
#define SPAM_ALLOW { PyThreadState *spam_save = release_gil();
#define SPAM_END take_gil(spam_save); }
static PyThreadState *release_gil(void) { return PyEval_SaveThread(); }
static void take_gil(PyThreadState *save) { PyEval_RestoreThread(save); }
static PyObject *spam(PyObject *self, PyObject *arg) {
  PyObject *result = NULL;
  SPAM_ALLOW
  usleep(1);
  result = PyLong_FromLong(1); // expect: detached-api high
  SPAM_END
  return result;
}

// A thread begins without a thread state.
static void *worker(void *arg) {
  PyObject *callback = arg;
  PyObject *r = PyObject_CallNoArgs(callback); // expect: detached-api high
  PyGILState_STATE state = PyGILState_Ensure();
  Py_XDECREF(r);
  PyGILState_Release(state);
  Py_DECREF(callback); // expect: detached-api high
  return NULL;
}
static PyObject *start(PyObject *self, PyObject *callback) {
  pthread_t thread;
  Py_INCREF(callback);
  if (pthread_create(&thread, NULL, worker, callback) != 0)
    return PyErr_SetFromErrno(PyExc_OSError);
  pthread_detach(thread);
  Py_RETURN_NONE;
}

// State that the region shares with a getter.
static long long bytes_written;
static PyObject *write_all(PyObject *self, PyObject *arg) {
  const char *data = PyBytes_AS_STRING(arg);
  size_t size = PyBytes_GET_SIZE(arg);
  Py_BEGIN_ALLOW_THREADS
  bytes_written += write(1, data, size); // expect: detached-api high
  Py_END_ALLOW_THREADS
  Py_RETURN_NONE;
}
static PyObject *get_written(PyObject *self, PyObject *unused) {
  return PyLong_FromLongLong(bytes_written);
}

// A scratch buffer that every thread in the region fills.
static char scratch[256];
static PyObject *digest(PyObject *self, PyObject *arg) {
  const char *data = PyBytes_AS_STRING(arg);
  long total = 0;
  Py_BEGIN_ALLOW_THREADS
  for (int i = 0; i < 256; i++)
    scratch[i] = data[i] ^ 0x55; // expect: detached-api high
  for (int i = 0; i < 256; i++)
    total += scratch[i];
  Py_END_ALLOW_THREADS
  return PyLong_FromLong(total);
}

// Locked on one side only.
static PyMutex level_lock;
static int level;
static PyObject *set_level(PyObject *self, PyObject *arg) {
  long value = PyLong_AsLong(arg);
  PyMutex_Lock(&level_lock);
  level = (int)value;
  PyMutex_Unlock(&level_lock);
  Py_RETURN_NONE;
}
static PyObject *compress_at(PyObject *self, PyObject *unused) {
  int n;
  Py_BEGIN_ALLOW_THREADS
  n = level * 2; // expect: detached-api high
  Py_END_ALLOW_THREADS
  return PyLong_FromLong(n);
}

static PyMethodDef methods[] = {
    {"copy_file", copy_file, METH_O, NULL},
    {"drain", drain, METH_O, NULL},
    {"sum_squares", sum_squares, METH_O, NULL},
    {"check", check, METH_NOARGS, NULL},
    {"flush", flush, METH_NOARGS, NULL},
    {"run", run, METH_O, NULL},
    {"poll_twice", poll_twice, METH_O, NULL},
    {"spam", spam, METH_O, NULL},
    {"start", start, METH_O, NULL},
    {"write_all", write_all, METH_O, NULL},
    {"get_written", get_written, METH_NOARGS, NULL},
    {"digest", digest, METH_O, NULL},
    {"set_level", set_level, METH_O, NULL},
    {"compress_at", compress_at, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

// A mistake during initialisation is one too.
static int module_exec(PyObject *m) {
  PyThreadState *save = PyEval_SaveThread();
  usleep(1);
  PyModule_AddIntConstant(m, "VERSION", 1); // expect: detached-api high
  PyEval_RestoreThread(save);
  return 0;
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, module_exec}, {0, NULL}};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "bad", NULL, 0, methods, slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit_bad(void) { return PyModuleDef_Init(&module); }
