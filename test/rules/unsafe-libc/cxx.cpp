// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// unsafe-libc in C++: namespaces, lambdas, guards, templates, members.

#include <Python.h>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <mutex>

namespace {

std::mutex ClockLock;

// The library's function under its C++ name.
PyObject *day(PyObject *, PyObject *) {
  std::time_t Now = std::time(nullptr);
  return PyLong_FromLong(std::gmtime(&Now)->tm_mday); // expect: unsafe-libc high
}

// In a lambda that runs at once.
PyObject *month(PyObject *, PyObject *) {
  auto Month = [](std::time_t When) {
    return std::localtime(&When)->tm_mon; // expect: unsafe-libc high
  };
  return PyLong_FromLong(Month(std::time(nullptr)));
}

// A guard of the standard library around the call and the copy.
PyObject *hour(PyObject *, PyObject *) {
  std::time_t Now = std::time(nullptr);
  std::tm Parts;
  {
    std::lock_guard<std::mutex> Guard(ClockLock);
    Parts = *std::localtime(&Now);
  }
  return PyLong_FromLong(Parts.tm_hour);
}

// The guard is gone when the call comes.
PyObject *minute(PyObject *, PyObject *) {
  std::time_t Now;
  {
    std::lock_guard<std::mutex> Guard(ClockLock);
    Now = std::time(nullptr);
  }
  return PyLong_FromLong(
      std::localtime(&Now)->tm_min); // expect: unsafe-libc high
}

// Members and parameters that only have the name.
struct Clock {
  long Ticks = 0;
  long ctime(const std::time_t *) const { return Ticks; }
};
PyObject *ticks(PyObject *, PyObject *) {
  std::time_t Now = 0;
  return PyLong_FromLong(Clock().ctime(&Now));
}

template <class Get, class Set> struct Pickle {
  static void run(Get getstate, Set setstate) { setstate(getstate()); }
};
PyObject *pickle(PyObject *, PyObject *) {
  long State = 0;
  auto Get = [] { return 1L; };
  auto Set = [&](long N) { State = N; };
  Pickle<decltype(Get), decltype(Set)>::run(Get, Set);
  return PyLong_FromLong(State);
}

PyMethodDef Methods[] = {
    {"day", day, METH_NOARGS, nullptr},
    {"month", month, METH_NOARGS, nullptr},
    {"hour", hour, METH_NOARGS, nullptr},
    {"minute", minute, METH_NOARGS, nullptr},
    {"ticks", ticks, METH_NOARGS, nullptr},
    {"pickle", pickle, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyModuleDef Module = {PyModuleDef_HEAD_INIT, "cxx", nullptr, 0, Methods,
                      nullptr, nullptr, nullptr, nullptr};

} // namespace

PyMODINIT_FUNC PyInit_cxx(void) { return PyModuleDef_Init(&Module); }
