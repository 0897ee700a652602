// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// expect: none
// C++ handles that carry the count along.

#include <Python.h>

class Handle {
public:
  explicit Handle(PyObject *Op) : Op(Op) {}
  ~Handle() { Py_XDECREF(Op); }
  Py_ssize_t refCount() const { return Py_REFCNT(Op); }
  bool unique() const { return Py_REFCNT(Op) == 1; } // expect: refcount-one
  PyObject *get() const { return Op; }

private:
  PyObject *Op;
};

static PyObject *move(PyObject *Self, PyObject *Arg) {
  Handle Held(Py_NewRef(Arg));
  if (Held.refCount() > 2) // expect: refcount-one
    return PySequence_List(Arg);
  return Py_NewRef(Held.get());
}

static PyObject *safeShow(PyObject *Self, PyObject *Arg) {
  Handle Held(Py_NewRef(Arg));
  return PyLong_FromSsize_t(Held.refCount());
}

static PyObject *ask(PyObject *Self, PyObject *Arg) {
  Handle Held(Py_NewRef(Arg));
  return PyBool_FromLong(Held.unique());
}

static PyMethodDef Methods[] = {
    {"move", move, METH_O, nullptr},
    {"show", safeShow, METH_O, nullptr},
    {"ask", ask, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

static PyModuleDef Module = {
    PyModuleDef_HEAD_INIT, "m", nullptr, 0, Methods,
    nullptr, nullptr, nullptr, nullptr,
};

PyMODINIT_FUNC PyInit_m() { return PyModuleDef_Init(&Module); }
