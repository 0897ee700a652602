// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gil-assumption in C++: guards, members, statics of a class.

#include <Python.h>
#include <map>
#include <mutex>
#include <string>

namespace {

class Gil {
  PyGILState_STATE State;

public:
  Gil() : State(PyGILState_Ensure()) {}
  ~Gil() { PyGILState_Release(State); }
};

struct Statistics {
  static long Frames;
  static std::mutex Lock;
  static long Bytes;
  long Dropped = 0;

  // A guard of the project around a static member.
  void frame() {
    Gil Guard; // expect: gil-assumption
    ++Frames;
  }

  // Around a member of the object.
  void drop() {
    Gil Guard; // expect: gil-assumption medium
    ++Dropped;
  }

  // A lock of its own is held.
  void bytes(long N) {
    Gil Guard;
    std::lock_guard<std::mutex> Held(Lock);
    Bytes += N;
  }

  // The guard is for Python.
  void tell(PyObject *Callback) {
    Gil Guard;
    ++Frames;
    Py_XDECREF(PyObject_CallNoArgs(Callback));
  }
};

long Statistics::Frames;
std::mutex Statistics::Lock;
long Statistics::Bytes;

PyObject *frame(PyObject *, PyObject *Callback) {
  Statistics S;
  S.frame();
  S.drop();
  S.bytes(1);
  S.tell(Callback);
  return PyLong_FromLong(Statistics::Frames + S.Dropped);
}

// The GIL serialises the writers of names. // expect: gil-assumption high
std::map<std::string, int> Names;

PyObject *name(PyObject *, PyObject *Arg) {
  int &N = Names[PyUnicode_AsUTF8(Arg)];
  return PyLong_FromLong(++N);
}

PyMethodDef Methods[] = {
    {"frame", frame, METH_O, nullptr},
    {"name", name, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyModuleDef Module = {PyModuleDef_HEAD_INIT, "cxx", nullptr, 0, Methods,
                      nullptr, nullptr, nullptr, nullptr};

} // namespace

PyMODINIT_FUNC PyInit_cxx(void) { return PyModuleDef_Init(&Module); }
