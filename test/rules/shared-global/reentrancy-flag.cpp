// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A flag that says "we are inside" looks like lazy initialisation, but is put
// back: it belongs to shared-global.

#include <Python.h>

static PyObject *convert(PyObject *, PyObject *Arg) {
  auto Convert = [](PyObject *Value) -> PyObject * {
    static bool CurrentlyUsed = false;
    if (CurrentlyUsed)
      return nullptr;
    CurrentlyUsed = true; // expect: shared-global high
    PyObject *Result = PyNumber_Float(Value);
    CurrentlyUsed = false;
    return Result;
  };
  return Convert(Arg);
}

// The same with a scope guard.
static int Depth;

namespace {
struct Inside {
  Inside() { Depth = 1; } // expect: shared-global high
  ~Inside() { Depth = 0; }
};
} // namespace

static PyObject *enter(PyObject *, PyObject *Arg) {
  if (Depth)
    return nullptr;
  Inside Now;
  return PyObject_Str(Arg);
}

// The guard is a class of the template around it, and its type open with it.
template <typename In> bool load(In &, PyObject *);

template <typename In> PyObject *loadOnce(PyObject *Value) {
  struct SetFlag {
    bool &Flag;
    explicit SetFlag(bool &F) : Flag(F) {
      F = true; // expect: shared-global medium
    }
    ~SetFlag() { Flag = false; }
  };
  static bool Loading = false;
  if (Loading)
    return nullptr;
  SetFlag Now(Loading);
  In Out;
  return load<In>(Out, Value) ? Py_NewRef(Value) : nullptr;
}

static PyMethodDef Methods[] = {
    {"convert", convert, METH_O, nullptr},
    {"enter", enter, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

static PyModuleDef Module = {PyModuleDef_HEAD_INIT, "flag", nullptr, 0,
                             Methods, nullptr, nullptr, nullptr, nullptr};

PyMODINIT_FUNC PyInit_flag() { return PyModuleDef_Init(&Module); }
