// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "registry.hpp"

static PyObject *add(PyObject *, PyObject *Args) {
  PyObject *Type, *Handler;
  if (!PyArg_ParseTuple(Args, "OO", &Type, &Handler))
    return nullptr;
  Registry::instance().add(Type, Handler);
  if (PyErr_Occurred())
    return nullptr;
  Py_RETURN_NONE;
}

/* Calls the handler without the lock. */
static PyObject *handle(PyObject *, PyObject *Value) {
  PyObject *Handler = Registry::instance().find((PyObject *)Py_TYPE(Value));
  if (!Handler)
    Py_RETURN_NONE;
  PyObject *Result = PyObject_CallOneArg(Handler, Value);
  Py_DECREF(Handler);
  return Result;
}

static PyObject *forget(PyObject *, PyObject *Type) {
  Registry::instance().forget(Type);
  Py_RETURN_NONE;
}

static PyMethodDef Methods[] = {
    {"add", add, METH_VARARGS, nullptr},
    {"handle", handle, METH_O, nullptr},
    {"forget", forget, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

static PyModuleDef Module = {PyModuleDef_HEAD_INIT, "handlers", nullptr, 0,
                             Methods, nullptr, nullptr, nullptr, nullptr};

PyMODINIT_FUNC PyInit_handlers() { return PyModuleDef_Init(&Module); }
