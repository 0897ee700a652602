// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lazy-init in C++: magic statics, singletons, once flags.

// RUN: %scan %s --select lazy-init --strict --exit-zero --format concise --min-confidence low \
// RUN:   | %FileCheck %s

#include <Python.h>
#include <map>
#include <mutex>
#include <string>

namespace {

// SAFE: C++ locks the initialiser itself (what Python code does under that lock
// is lock-over-python's business).
PyObject *decimalType(PyObject *, PyObject *) {
  static PyObject *Type = PyImport_ImportModule("decimal");
  return Py_XNewRef(Type);
}

// A singleton by hand.
class Settings {
public:
  static Settings *instance() {
    if (!Instance)
      // CHECK: :[[@LINE+1]]:{{.*}} static member 'Settings::Instance' is initialised on first use without a lock [lazy-init]
      Instance = new Settings(); // expect: lazy-init high
    return Instance;
  }
  int Width = 80;

private:
  static Settings *Instance;
};
Settings *Settings::Instance = nullptr;

PyObject *width(PyObject *, PyObject *) {
  return PyLong_FromLong(Settings::instance()->Width);
}

// Double-checked locking.
std::mutex PoolMutex;
std::map<std::string, int> *Pool;

PyObject *poolSize(PyObject *, PyObject *) {
  if (!Pool) { // expect: lazy-init high
    std::lock_guard<std::mutex> Guard(PoolMutex);
    if (!Pool)
      Pool = new std::map<std::string, int>();
  }
  return PyLong_FromSize_t(Pool->size());
}

// SAFE: a magic static of plain data, in three forms.
std::map<std::string, int> &table() {
  static std::map<std::string, int> Table = {{"one", 1}, {"two", 2}};
  return Table;
}

PyObject *tableSize(PyObject *, PyObject *) {
  static const std::string Name = "table";
  static const size_t Size = table().size();
  return PyUnicode_FromFormat("%s %zu", Name.c_str(), Size);
}

// SAFE: a once flag.
std::once_flag Once;
int Squares[16];

PyObject *square(PyObject *, PyObject *) {
  std::call_once(Once, [] {
    for (int I = 0; I < 16; ++I)
      Squares[I] = I * I;
  });
  return PyLong_FromLong(Squares[3]);
}

// SAFE: one guard over test and write.
std::mutex NameMutex;
std::string *CachedName;

PyObject *name(PyObject *, PyObject *) {
  std::scoped_lock Guard(NameMutex);
  if (!CachedName)
    CachedName = new std::string("name");
  return PyUnicode_FromString(CachedName->c_str());
}

// SAFE: one for each thread.
PyObject *scratch(PyObject *, PyObject *) {
  thread_local std::string *Buffer = nullptr;
  if (!Buffer)
    Buffer = new std::string();
  return PyLong_FromSize_t(Buffer->size());
}

PyMethodDef Methods[] = {
    {"decimal_type", decimalType, METH_NOARGS, nullptr},
    {"width", width, METH_NOARGS, nullptr},
    {"pool_size", poolSize, METH_NOARGS, nullptr},
    {"table_size", tableSize, METH_NOARGS, nullptr},
    {"square", square, METH_NOARGS, nullptr},
    {"name", name, METH_NOARGS, nullptr},
    {"scratch", scratch, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyModuleDef Module = {PyModuleDef_HEAD_INIT, "cxx", nullptr, 0, Methods,
                      nullptr, nullptr, nullptr, nullptr};

} // namespace

PyMODINIT_FUNC PyInit_cxx() { return PyModuleDef_Init(&Module); }
