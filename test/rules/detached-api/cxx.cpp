// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// detached-api in C++: guards of the project and of a binding tool, threads of
// the standard library.

#include <Python.h>
#include <atomic>
#include <mutex>
#include <thread>

// As a binding tool declares them.
namespace pybind11 {
class gil_scoped_release {
public:
  gil_scoped_release();
  ~gil_scoped_release();
};
class gil_scoped_acquire {
public:
  gil_scoped_acquire();
  ~gil_scoped_acquire();
};
} // namespace pybind11
namespace py = pybind11;

namespace {

class Detached {
  PyThreadState *Save;

public:
  Detached() : Save(PyEval_SaveThread()) {}
  ~Detached() { PyEval_RestoreThread(Save); }
};

class Attached {
  PyGILState_STATE State;

public:
  Attached() : State(PyGILState_Ensure()) {}
  ~Attached() { PyGILState_Release(State); }
};

void work() {}

// Until the end of its scope.
PyObject *inScope(PyObject *, PyObject *Arg) {
  Detached Guard;
  work();
  Py_INCREF(Arg); // expect: detached-api high
  return Arg;
}

// The scope is left.
PyObject *afterScope(PyObject *, PyObject *Arg) {
  {
    Detached Guard;
    work();
  }
  return Py_NewRef(Arg);
}

PyObject *released(PyObject *, PyObject *) {
  py::gil_scoped_release Release;
  work();
  return PyLong_FromLong(1); // expect: detached-api high
}

// Attached again inside; detached again behind.
PyObject *acquired(PyObject *, PyObject *Callback) {
  PyObject *Result = nullptr;
  {
    py::gil_scoped_release Release;
    work();
    {
      py::gil_scoped_acquire Acquire;
      Result = PyObject_CallNoArgs(Callback);
    }
    if (!Result)
      PyErr_Clear(); // expect: detached-api high
  }
  return Result ? Result : PyLong_FromLong(0);
}

// A guard in code that is attached already changes nothing.
PyObject *again(PyObject *, PyObject *Arg) {
  {
    Attached Guard;
    Py_XINCREF(Arg);
  }
  {
    py::gil_scoped_acquire Acquire;
    Py_XDECREF(Arg);
  }
  return Py_NewRef(Arg);
}

// Shared between the region and others: not atomic, atomic, locked.
long Plain;
std::atomic<long> Counted;
std::mutex SumLock;
long Sum;
PyObject *count(PyObject *, PyObject *) {
  {
    Detached Guard;
    ++Plain; // expect: detached-api high
    ++Counted;
    std::lock_guard<std::mutex> Lock(SumLock);
    ++Sum;
  }
  return PyLong_FromLong(0);
}
PyObject *counted(PyObject *, PyObject *) {
  std::lock_guard<std::mutex> Lock(SumLock);
  return PyLong_FromLong(Plain + Counted + Sum);
}

// A thread of the standard library.
void background(PyObject *Callback) {
  PyObject *R = PyObject_CallNoArgs(Callback); // expect: detached-api high
  (void)R;
}
void backgroundRight(PyObject *Callback) {
  Attached Guard;
  Py_XDECREF(PyObject_CallNoArgs(Callback));
}
PyObject *start(PyObject *, PyObject *Callback) {
  Py_INCREF(Callback);
  Py_INCREF(Callback);
  std::thread(background, Callback).detach();
  std::thread Right(backgroundRight, Callback);
  Right.detach();
  return PyLong_FromLong(0);
}

PyMethodDef Methods[] = {
    {"inScope", inScope, METH_O, nullptr},
    {"afterScope", afterScope, METH_O, nullptr},
    {"released", released, METH_NOARGS, nullptr},
    {"acquired", acquired, METH_O, nullptr},
    {"again", again, METH_O, nullptr},
    {"count", count, METH_NOARGS, nullptr},
    {"counted", counted, METH_NOARGS, nullptr},
    {"start", start, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyModuleDef Module = {PyModuleDef_HEAD_INIT, "cxx", nullptr, 0, Methods,
                      nullptr, nullptr, nullptr, nullptr};

} // namespace

PyMODINIT_FUNC PyInit_cxx(void) { return PyModuleDef_Init(&Module); }
