// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// object-field in C++: containers in the object, guards, base structures.

#include <Python.h>
#include <mutex>
#include <vector>

// A container by value.
struct Bag {
  PyObject_HEAD
  std::vector<long> items;
};

static PyObject *bag_add(PyObject *op, PyObject *arg) {
  auto *self = reinterpret_cast<Bag *>(op);
  self->items.push_back(PyLong_AsLong(arg)); // expect: object-field high
  Py_RETURN_NONE;
}

static PyObject *bag_size(PyObject *op, PyObject *) {
  return PyLong_FromLong(reinterpret_cast<Bag *>(op)->items.size());
}

// The same under a guard, in the object.
struct Locked {
  PyObject_HEAD
  std::mutex mutex;
  std::vector<long> items;
};

static PyObject *locked_add(PyObject *op, PyObject *arg) {
  auto *self = reinterpret_cast<Locked *>(op);
  long value = PyLong_AsLong(arg);
  std::lock_guard<std::mutex> guard(self->mutex);
  self->items.push_back(value);
  Py_RETURN_NONE;
}

static PyObject *locked_size(PyObject *op, PyObject *) {
  auto *self = reinterpret_cast<Locked *>(op);
  std::lock_guard<std::mutex> guard(self->mutex);
  return PyLong_FromLong(self->items.size());
}

// A field of the base structure, through the derived one.
struct Base {
  PyObject_HEAD
  PyObject *wrapped;
};

struct Derived {
  Base base;
  PyObject *extra;
};

static PyObject *derived_replace(PyObject *op, PyObject *arg) {
  auto &base = reinterpret_cast<Derived *>(op)->base;
  PyObject *old = base.wrapped;
  base.wrapped = Py_NewRef(arg); // expect: object-field high
  Py_XDECREF(old);
  Py_RETURN_NONE;
}

static PyObject *base_get(PyObject *op, PyObject *) {
  return Py_NewRef(reinterpret_cast<Base *>(op)->wrapped); // expect: object-field high
}

static PyMethodDef methods[] = {
    {"add", bag_add, METH_O, nullptr},
    {"size", bag_size, METH_NOARGS, nullptr},
    {"add_locked", locked_add, METH_O, nullptr},
    {"size_locked", locked_size, METH_NOARGS, nullptr},
    {"replace", derived_replace, METH_O, nullptr},
    {"get", base_get, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};
