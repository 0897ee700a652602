// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// critical-section-escape in C++: exceptions, and guards that end themselves.

#include <Python.h>
#include <stdexcept>

struct Cell {
  PyObject_HEAD
  long Size;
};

// The section does not end when an exception passes.
static PyObject *push(PyObject *Op, PyObject *) {
  Py_BEGIN_CRITICAL_SECTION(Op);
  if (((Cell *)Op)->Size > 100)
    throw std::length_error("full"); // expect: critical-section-escape high
  ((Cell *)Op)->Size++;
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}

// Caught inside.
static PyObject *attempt(PyObject *Op, PyObject *) {
  Py_BEGIN_CRITICAL_SECTION(Op);
  try {
    if (((Cell *)Op)->Size > 100)
      throw std::length_error("full");
    ((Cell *)Op)->Size++;
  } catch (const std::exception &) {
    ((Cell *)Op)->Size = 0;
  }
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}

namespace {
class Section {
public:
  explicit Section(PyObject *Op) { PyCriticalSection_Begin(&Held, Op); }
  ~Section() { PyCriticalSection_End(&Held); }

private:
  PyCriticalSection Held;
};
} // namespace

// A guard may be left in any way.
static PyObject *guarded(PyObject *Op, PyObject *Arg) {
  Section Hold(Op);
  if (Arg == Py_None)
    return nullptr;
  if (((Cell *)Op)->Size > 100)
    throw std::length_error("full");
  ((Cell *)Op)->Size++;
  Py_RETURN_NONE;
}

static PyMethodDef Methods[] = {
    {"push", push, METH_NOARGS, nullptr},
    {"attempt", attempt, METH_NOARGS, nullptr},
    {"guarded", guarded, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyTypeObject CellType = {
    PyVarObject_HEAD_INIT(nullptr, 0).tp_name = "cxx.Cell",
    .tp_basicsize = sizeof(Cell),
    .tp_methods = Methods,
};
