// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// borrowed-ref in C++: owners and sections that are objects.

// RUN: %scan %s --select borrowed-ref --strict --exit-zero --format concise --min-confidence low \
// RUN:   | %FileCheck %s --implicit-check-not=warning:

#include <Python.h>

namespace {

class Section {
public:
  explicit Section(PyObject *Object) { PyCriticalSection_Begin(&CS, Object); }
  ~Section() { PyCriticalSection_End(&CS); }
  Section(const Section &) = delete;

private:
  PyCriticalSection CS;
};

struct Registry {
  PyObject_HEAD
  PyObject *Handlers;
};

PyObject *bare(PyObject *, PyObject *List) {
  // CHECK: :[[@LINE+1]]:{{.*}} 'PyList_GetItem' out of list 'List' {{.*}} [borrowed-ref]
  if (PyObject *Item = PyList_GetItem(List, 0))
    return PyObject_Repr(Item);
  return nullptr;
}

PyObject *SAFE_guarded(PyObject *, PyObject *List) {
  Section Held(List);
  PyObject *Item = PyList_GetItem(List, 0);
  return Item ? PyObject_Repr(Item) : nullptr;
}

PyObject *guardEndsEarly(PyObject *, PyObject *List) {
  PyObject *Item;
  {
    Section Held(List);
    // CHECK: :[[@LINE+1]]:{{.*}} is used after the critical section ends [borrowed-ref]
    Item = PyList_GetItem(List, 0);
  }
  return Item ? PyObject_Repr(Item) : nullptr;
}

// The lambda runs inside the method.
PyObject *inLambda(PyObject *Op, PyObject *Key) {
  auto *Self = reinterpret_cast<Registry *>(Op);
  auto Find = [&](PyObject *K) {
    // CHECK: :[[@LINE+1]]:{{.*}} 'PyDict_GetItem' {{.*}} [borrowed-ref]
    return PyDict_GetItem(Self->Handlers, K);
  };
  PyObject *Found = Find(Key);
  Py_XINCREF(Found);
  return Found;
}

PyObject *addHandler(PyObject *Op, PyObject *Key) {
  auto *Self = reinterpret_cast<Registry *>(Op);
  if (PyDict_SetItem(Self->Handlers, Key, Key) < 0)
    return nullptr;
  Py_RETURN_NONE;
}

template <typename Visitor>
void eachItem(PyObject *List, Visitor Visit) {
  for (Py_ssize_t I = 0; I < PyList_GET_SIZE(List); ++I)
    // CHECK: :[[@LINE+1]]:{{.*}} 'PyList_GET_ITEM' {{.*}} [borrowed-ref]
    Visit(PyList_GET_ITEM(List, I));
}

PyObject *countTrue(PyObject *, PyObject *List) {
  long Count = 0;
  eachItem(List, [&](PyObject *Item) { Count += PyObject_IsTrue(Item); });
  return PyLong_FromLong(Count);
}

PyObject *SAFE_fresh(PyObject *, PyObject *Arg) {
  PyObject *List = PySequence_List(Arg);
  if (!List)
    return nullptr;
  PyObject *Item = PyList_GET_ITEM(List, 0);
  Py_INCREF(Item);
  Py_DECREF(List);
  return Item;
}

PyMethodDef Methods[] = {
    {"bare", bare, METH_O, nullptr},
    {"guarded", SAFE_guarded, METH_O, nullptr},
    {"guard_ends_early", guardEndsEarly, METH_O, nullptr},
    {"in_lambda", inLambda, METH_O, nullptr},
    {"add_handler", addHandler, METH_O, nullptr},
    {"count_true", countTrue, METH_O, nullptr},
    {"fresh", SAFE_fresh, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyModuleDef Module = {PyModuleDef_HEAD_INIT, "cxx", nullptr, 0, Methods,
                      nullptr, nullptr, nullptr, nullptr};

} // namespace

PyMODINIT_FUNC PyInit_cxx() { return PyModuleDef_Init(&Module); }
