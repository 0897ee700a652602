// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A C++ map from an address to the object that wraps it, and one that owns.

#include <Python.h>
#include <mutex>
#include <unordered_map>

struct Wrapper {
  PyObject_HEAD
  void *Pointer;
};

using Wrappers = std::unordered_multimap<const void *, Wrapper *>;

static std::mutex Lock;
static Wrappers Live;
static std::unordered_map<long, PyObject *> Owned;

template <class F> static auto withLive(const F &Run) {
  std::lock_guard<std::mutex> Guard(Lock);
  return Run(Live);
}

/* 1: by iterator, in a callback under the lock. */
static PyObject *find(PyObject *, PyObject *Key) {
  void *Pointer = PyLong_AsVoidPtr(Key);
  return withLive([&](Wrappers &All) -> PyObject * {
    auto Range = All.equal_range(Pointer);
    for (auto It = Range.first; It != Range.second; ++It)
      return Py_NewRef((PyObject *)It->second); // expect: borrowed-ref medium
    return nullptr;
  });
}

/* 2: SAFE: a map of references. */
static PyObject *owned(PyObject *, PyObject *Key) {
  std::lock_guard<std::mutex> Guard(Lock);
  auto It = Owned.find(PyLong_AsLong(Key));
  return It == Owned.end() ? nullptr : Py_NewRef(It->second);
}

static void wrapperDealloc(PyObject *Op) {
  auto *Self = (Wrapper *)Op;
  withLive([&](Wrappers &All) {
    auto Range = All.equal_range(Self->Pointer);
    for (auto It = Range.first; It != Range.second; ++It)
      if (It->second == Self) {
        All.erase(It);
        return true;
      }
    return false;
  });
  PyObject_Free(Op);
}

static PyMethodDef Methods[] = {
    {"find", find, METH_O, nullptr},
    {"owned", owned, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

static PyType_Slot Slots[] = {
    {Py_tp_dealloc, (void *)wrapperDealloc},
    {0, nullptr},
};

PyType_Spec WrapperSpec = {
    "weak.Wrapper", sizeof(Wrapper), 0, Py_TPFLAGS_DEFAULT, Slots,
};

static PyModuleDef Module = {PyModuleDef_HEAD_INIT, "weak",  nullptr, 0, Methods,
                             nullptr,               nullptr, nullptr, nullptr};

PyMODINIT_FUNC PyInit_weak() { return PyModuleDef_Init(&Module); }
