// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A registry of handlers by type, behind one lock.

#pragma once

#include <Python.h>
#include <mutex>
#include <unordered_map>

class Registry {
public:
  static Registry &instance();

  void add(PyObject *Type, PyObject *Handler);
  PyObject *find(PyObject *Type);
  void forget(PyObject *Type);

private:
  void addLocked(PyObject *Type, PyObject *Handler);

  std::mutex Lock;
  std::unordered_map<PyObject *, PyObject *> Handlers;
};

/// Warns that \p Type was there already.
void warnTwice(PyObject *Type);
