// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// atomic-sequence in C++: std::atomic by name and by operator.

#include <Python.h>
#include <atomic>
#include <mutex>

namespace {

struct Stats {
  std::atomic<long> Hits{0};
  std::atomic<bool> Busy{false};
};

Stats Shared;
std::atomic<PyObject *> Type{nullptr};
std::mutex Lock;

/* 1: load and store by name. */
PyObject *hit(PyObject *, PyObject *) {
  long N = Shared.Hits.load(std::memory_order_relaxed);
  Shared.Hits.store(N + 1, std::memory_order_relaxed); // expect: atomic-sequence high
  return PyLong_FromLong(N);
}

/* 2: by conversion and assignment. */
PyObject *twice(PyObject *, PyObject *) {
  Shared.Hits = Shared.Hits * 2; // expect: atomic-sequence high
  Py_RETURN_NONE;
}

/* 3: one thread at a time, it thinks. */
PyObject *run(PyObject *, PyObject *Arg) {
  if (Shared.Busy)
    Py_RETURN_FALSE;
  Shared.Busy = true; // expect: atomic-sequence high
  PyObject *Result = PyObject_CallNoArgs(Arg);
  Shared.Busy = false;
  return Result;
}

/* 4: a class that is made twice. */
PyObject *type(PyObject *, PyObject *) {
  if (!Type.load())
    Type.store(PyImport_ImportModule("decimal")); // expect: atomic-sequence medium
  return Py_XNewRef(Type.load());
}

/* 5 to 8: as one step, or under one lock. */
PyObject *fine(PyObject *, PyObject *Arg) {
  ++Shared.Hits;
  Shared.Hits += 2;
  Shared.Hits.fetch_add(1);
  std::lock_guard<std::mutex> Guard(Lock);
  Shared.Hits = Shared.Hits + 1;
  Py_RETURN_NONE;
}

PyObject *exclusive(PyObject *, PyObject *Arg) {
  if (Shared.Busy.exchange(true))
    Py_RETURN_FALSE;
  PyObject *Result = PyObject_CallNoArgs(Arg);
  Shared.Busy.store(false);
  return Result;
}

PyMethodDef Methods[] = {
    {"hit", hit, METH_NOARGS, nullptr},
    {"twice", twice, METH_NOARGS, nullptr},
    {"run", run, METH_O, nullptr},
    {"type", type, METH_NOARGS, nullptr},
    {"fine", fine, METH_NOARGS, nullptr},
    {"exclusive", exclusive, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyModuleDef Module = {PyModuleDef_HEAD_INIT, "m",     nullptr, 0, Methods,
                      nullptr,               nullptr, nullptr, nullptr};

} // namespace

PyMODINIT_FUNC PyInit_m() { return PyModuleDef_Init(&Module); }
