#include <Python.h>

namespace {

// 1: a call by pointer is behind it.
PyObject *getattro(PyObject *Self, PyObject *Name) {
  PyObject *Found = _PyType_Lookup(Py_TYPE(Self), Name);  // no edit: a C++ exception could pass the release
  if (Found && PyInstanceMethod_Check(Found)) {
    Py_INCREF(Found);
    return Found;
  }
  return PyType_Type.tp_getattro(Self, Name);
}

// 2: computed behind the last use.
bool hasMethod(PyTypeObject *Type, PyObject *Name) {
  PyObject *Found = _PyType_LookupRef(Type, Name);
  bool result = Found != nullptr && PyInstanceMethod_Check(Found);
  Py_XDECREF(Found);
  return result;
}

PyObject *has(PyObject *Self, PyObject *Name) {
  return PyBool_FromLong(hasMethod(Py_TYPE(Self), Name));
}

PyMethodDef Methods[] = {
    {"getattro", getattro, METH_O, nullptr},
    {"has", has, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyModuleDef Module = {PyModuleDef_HEAD_INIT, "types", nullptr, 0, Methods,
                      nullptr,               nullptr, nullptr, nullptr};

} // namespace

PyMODINIT_FUNC PyInit_types() { return PyModuleDef_Init(&Module); }
