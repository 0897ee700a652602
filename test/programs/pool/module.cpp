// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The module.

#include "pool.h"

using namespace pool;

static PyObject *take(PyObject *, PyObject *) {
  return PyLong_FromVoidPtr(Pool::instance().take());
}

static PyObject *give(PyObject *, PyObject *Arg) {
  Pool::instance().give(PyLong_AsVoidPtr(Arg));
  Stats::gave(1);
  notify(Arg);
  Py_RETURN_NONE;
}

static PyObject *size(PyObject *, PyObject *) {
  return PyLong_FromSize_t(Pool::lazyInstance()->size());
}

static PyObject *subscribe(PyObject *, PyObject *Callable) {
  Observers.push_back(Py_NewRef(Callable));
  Py_RETURN_NONE;
}

static PyObject *module_name(PyObject *, PyObject *) {
  static PyObject *Name = PyImport_ImportModule("pool");
  return Py_XNewRef(Name);
}

static PyMethodDef Methods[] = {
    {"take", take, METH_NOARGS, nullptr},
    {"give", give, METH_O, nullptr},
    {"size", size, METH_NOARGS, nullptr},
    {"subscribe", subscribe, METH_O, nullptr},
    {"module_name", module_name, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

static PyModuleDef Def = {PyModuleDef_HEAD_INIT, "pool", nullptr, 0, Methods,
                          nullptr, nullptr, nullptr, nullptr};

PyMODINIT_FUNC PyInit_pool() { return PyModuleDef_Init(&Def); }
