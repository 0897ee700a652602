// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lock-over-python in C++: guards, recursive mutexes, detached acquisition.

#include <Python.h>
#include <mutex>

static std::mutex registry_lock;
static PyObject *registry;
static int generation;

/* 1: a guard that lives to the end of the function. */
static PyObject *find(PyObject *, PyObject *key) {
  std::lock_guard<std::mutex> guard(registry_lock);
  return PyObject_GetItem(registry, key); // expect: lock-over-python high
}

/* 2: the guard is gone before the call. */
static PyObject *after(PyObject *, PyObject *key) {
  {
    std::lock_guard<std::mutex> guard(registry_lock);
    ++generation;
  }
  return PyObject_Repr(key);
}

/* 3: an append only waits for the list, which is enough for a deadlock, but
   only just: not shown unless asked for. */
static PyObject *append(PyObject *, PyObject *item) {
  std::unique_lock<std::mutex> guard(registry_lock);
  if (PyList_Append(registry, item) < 0)
    return nullptr;
  Py_RETURN_NONE;
}

/* 4: unlocked by hand. */
static PyObject *by_hand(PyObject *, PyObject *key) {
  registry_lock.lock();
  int seen = generation;
  registry_lock.unlock();
  return seen ? PyObject_Repr(key) : PyLong_FromLong(0);
}

static PyMethodDef methods[] = {
    {"find", find, METH_O, nullptr},
    {"after", after, METH_O, nullptr},
    {"append", append, METH_O, nullptr},
    {"by_hand", by_hand, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

static PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "m", nullptr, 0, methods,
    nullptr,               nullptr, nullptr, nullptr,
};

PyMODINIT_FUNC PyInit_m() { return PyModuleDef_Init(&module); }
