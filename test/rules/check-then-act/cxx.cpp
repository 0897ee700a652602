// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// check-then-act in C++: a static dict, with and without a guard.

#include <Python.h>
#include <mutex>

namespace {

PyObject *Registry;
std::mutex Lock;

/* 1: a registry of names, each to be given once. */
PyObject *reserve(PyObject *, PyObject *Name) {
  if (PyDict_Contains(Registry, Name) == 0) {
    PyObject *Slot = PyDict_New();
    // expect-next: check-then-act medium
    if (!Slot || PyDict_SetItem(Registry, Name, Slot) < 0)
      return nullptr;
    return Slot;
  }
  Py_RETURN_NONE;
}

/* 2: under a guard. */
PyObject *reserveLocked(PyObject *, PyObject *Name) {
  std::lock_guard<std::mutex> Guard(Lock);
  if (PyDict_Contains(Registry, Name) == 0) {
    PyObject *Slot = PyDict_New();
    if (!Slot || PyDict_SetItem(Registry, Name, Slot) < 0)
      return nullptr;
    return Slot;
  }
  Py_RETURN_NONE;
}

PyMethodDef Methods[] = {
    {"reserve", reserve, METH_O, nullptr},
    {"reserve_locked", reserveLocked, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyModuleDef Module = {PyModuleDef_HEAD_INIT, "m",     nullptr, 0, Methods,
                      nullptr,               nullptr, nullptr, nullptr};

} // namespace

PyMODINIT_FUNC PyInit_m() {
  Registry = PyDict_New();
  return PyModuleDef_Init(&Module);
}
