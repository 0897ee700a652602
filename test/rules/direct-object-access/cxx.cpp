// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// direct-object-access through C++ handles.

// expect: none

#include <Python.h>

namespace {

class Ref {
public:
  explicit Ref(PyObject *Op) : Op(Op) {}
  ~Ref() { Py_XDECREF(Op); }
  Ref(const Ref &) = delete;
  PyObject *get() const { return Op; }
  PyObject *release() {
    PyObject *Result = Op;
    Op = nullptr;
    return Result;
  }

private:
  PyObject *Op;
};

class Section {
public:
  explicit Section(PyObject *Object) { PyCriticalSection_Begin(&CS, Object); }
  ~Section() { PyCriticalSection_End(&CS); }
  Section(const Section &) = delete;

private:
  PyCriticalSection CS;
};

PyObject *overwrite(PyObject *, PyObject *List) {
  Ref Value(PyLong_FromLong(1));
  PyList_SET_ITEM(List, 0, Value.release()); // expect: direct-object-access high
  Py_RETURN_NONE;
}

PyObject *safeOverwrite(PyObject *, PyObject *List) {
  Section Held(List);
  PyList_SET_ITEM(List, 0, PyLong_FromLong(1));
  Py_RETURN_NONE;
}

PyObject *safeBuild(PyObject *, PyObject *Arg) {
  PyObject *Tuple = PyTuple_New(1);
  if (!Tuple)
    return nullptr;
  PyTuple_SET_ITEM(Tuple, 0, Py_NewRef(Arg));
  return Tuple;
}

PyObject *cell(PyObject *, PyObject *Arg) {
  auto *Cell = reinterpret_cast<PyCellObject *>(Arg);
  return Py_XNewRef(Cell->ob_ref); // expect: direct-object-access medium
}

PyMethodDef Methods[] = {
    {"overwrite", overwrite, METH_O, nullptr},
    {"safe_overwrite", safeOverwrite, METH_O, nullptr},
    {"safe_build", safeBuild, METH_O, nullptr},
    {"cell", cell, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyModuleDef Module = {
    PyModuleDef_HEAD_INIT, "m", nullptr, 0, Methods,
    nullptr, nullptr, nullptr, nullptr,
};

} // namespace

PyMODINIT_FUNC PyInit_m() { return PyModuleDef_Init(&Module); }
