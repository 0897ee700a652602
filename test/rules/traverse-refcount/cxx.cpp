// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// traverse-refcount where C++ takes references by itself.

// expect: none

#include <Python.h>

namespace {

class Ref {
public:
  explicit Ref(PyObject *Op = nullptr) : Op(Op) {}
  Ref(const Ref &Other) : Op(Other.Op) {
    Py_XINCREF(Op); // expect: traverse-refcount high
  }
  ~Ref() {
    Py_XDECREF(Op); // expect: traverse-refcount high
  }
  PyObject *borrow() const { return Op; }

private:
  PyObject *Op;
};

struct State {
  Ref Callback;
  PyObject *Plain = nullptr;
  Ref callback() const { return Callback; }
  int visitPlain(visitproc visit, void *arg) const {
    Py_VISIT(Plain);
    Py_VISIT(Callback.borrow());
    return 0;
  }
};

struct Object {
  PyObject_HEAD
  State *Inner;
};

// The copy of the smart pointer takes a reference, its end releases it.
int copyTraverse(PyObject *Op, visitproc visit, void *arg) {
  auto *Self = reinterpret_cast<Object *>(Op);
  Ref Copy = Self->Inner->callback();
  Py_VISIT(Copy.borrow());
  return 0;
}

int safeTraverse(PyObject *Op, visitproc visit, void *arg) {
  return reinterpret_cast<Object *>(Op)->Inner->visitPlain(visit, arg);
}

PyType_Slot CopySlots[] = {
    {Py_tp_traverse, reinterpret_cast<void *>(copyTraverse)},
    {0, nullptr},
};
PyType_Slot SafeSlots[] = {
    {Py_tp_traverse, reinterpret_cast<void *>(safeTraverse)},
    {0, nullptr},
};

} // namespace

PyType_Spec CopySpec = {"m.Copy", sizeof(Object), 0, 0, CopySlots};
PyType_Spec SafeSpec = {"m.Safe", sizeof(Object), 0, 0, SafeSlots};
