// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "registry.hpp"

/* The imported class is made under the hidden lock of the static. */
static PyObject *warningClass() {
  static PyObject *Class = [] {
    PyObject *Module = PyImport_ImportModule("handlers.warnings");
    return Module ? PyObject_GetAttrString(Module, "TwiceWarning") : nullptr;
  }();
  return Class;
}

Registry &Registry::instance() {
  static Registry Only;
  return Only;
}

void warnTwice(PyObject *Type) {
  PyObject *Text = PyObject_Repr(Type);
  if (!Text)
    return;
  PyErr_WarnEx(warningClass(), PyUnicode_AsUTF8(Text), 1);
  Py_DECREF(Text);
}

/* Every caller holds the lock, and the warning runs Python code. */
void Registry::addLocked(PyObject *Type, PyObject *Handler) {
  if (Handlers.count(Type)) {
    warnTwice(Type);
    return;
  }
  Handlers[Type] = Py_NewRef(Handler);
}

void Registry::add(PyObject *Type, PyObject *Handler) {
  std::lock_guard<std::mutex> Guard(Lock);
  addLocked(Type, Handler);
}

/* The reference is taken under the lock, and nothing else is done there. */
PyObject *Registry::find(PyObject *Type) {
  std::lock_guard<std::mutex> Guard(Lock);
  auto It = Handlers.find(Type);
  return It == Handlers.end() ? nullptr : Py_NewRef(It->second);
}

/* The handler dies after the unlock. */
void Registry::forget(PyObject *Type) {
  PyObject *Old = nullptr;
  {
    std::lock_guard<std::mutex> Guard(Lock);
    auto It = Handlers.find(Type);
    if (It != Handlers.end()) {
      Old = It->second;
      Handlers.erase(It);
    }
  }
  Py_XDECREF(Old);
}
