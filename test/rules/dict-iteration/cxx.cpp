// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// dict-iteration in C++.

#include <Python.h>

namespace {

class Section {
public:
  explicit Section(PyObject *Object) { PyCriticalSection_Begin(&CS, Object); }
  ~Section() { PyCriticalSection_End(&CS); }
  Section(const Section &) = delete;

private:
  PyCriticalSection CS;
};

PyObject *bare(PyObject *, PyObject *Dict) {
  PyObject *Key, *Value;
  Py_ssize_t Pos = 0, Sum = 0;
  while (PyDict_Next(Dict, &Pos, &Key, &Value)) // expect: dict-iteration medium
    Sum += PyObject_Size(Value);
  return PyLong_FromSsize_t(Sum);
}

template <typename Visitor> int visit(PyObject *Dict, Visitor Visit) {
  PyObject *Key, *Value;
  Py_ssize_t Pos = 0;
  while (PyDict_Next(Dict, &Pos, &Key, &Value)) // expect: dict-iteration medium
    if (!Visit(Key, Value))
      return -1;
  return 0;
}

PyObject *visitAll(PyObject *, PyObject *Dict) {
  if (visit(Dict, [](PyObject *K, PyObject *) { return PyUnicode_Check(K); }))
    return nullptr;
  Py_RETURN_NONE;
}

PyObject *guardEndsEarly(PyObject *, PyObject *Dict) {
  PyObject *Key = nullptr, *Value;
  Py_ssize_t Pos = 0;
  {
    Section Held(Dict);
    PyDict_Next(Dict, &Pos, &Key, &Value); // expect: dict-iteration medium
  }
  return Py_XNewRef(Key);
}

PyObject *SAFE_guarded(PyObject *, PyObject *Dict) {
  Section Held(Dict);
  PyObject *Key, *Value;
  Py_ssize_t Pos = 0;
  while (PyDict_Next(Dict, &Pos, &Key, &Value))
    if (PyObject_IsTrue(Value))
      return Py_NewRef(Key);
  Py_RETURN_NONE;
}

PyObject *SAFE_keywords(PyObject *, PyObject *, PyObject *Kwargs) {
  PyObject *Key, *Value;
  Py_ssize_t Pos = 0;
  while (Kwargs && PyDict_Next(Kwargs, &Pos, &Key, &Value))
    if (!PyUnicode_Check(Key))
      return nullptr;
  Py_RETURN_NONE;
}

PyMethodDef Methods[] = {
    {"bare", bare, METH_O, nullptr},
    {"visit_all", visitAll, METH_O, nullptr},
    {"guard_ends_early", guardEndsEarly, METH_O, nullptr},
    {"guarded", SAFE_guarded, METH_O, nullptr},
    {"keywords", reinterpret_cast<PyCFunction>(
                     reinterpret_cast<void (*)()>(SAFE_keywords)),
     METH_VARARGS | METH_KEYWORDS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyModuleDef Module = {PyModuleDef_HEAD_INIT, "cxx", nullptr, 0, Methods,
                      nullptr, nullptr, nullptr, nullptr};

} // namespace

PyMODINIT_FUNC PyInit_cxx() { return PyModuleDef_Init(&Module); }
