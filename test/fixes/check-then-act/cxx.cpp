#include <Python.h>
#include <stdexcept>
#include <string>

namespace {

PyObject *Types, *Pending;

std::string describe(PyObject *Object);

PyObject *type_for(PyObject *, PyObject *Name) {
  PyObject *Type = nullptr;
  if (PyDict_GetItemRef(Types, Name, &Type) != 0)
    return Type;
  try {
    describe(Name);
  } catch (const std::exception &Error) {
    PyErr_SetString(PyExc_ValueError, Error.what());
    return nullptr;
  }
  Type = PyList_New(0);
  if (Type == nullptr || PyDict_SetItem(Types, Name, Type) < 0) {
    Py_XDECREF(Type);
    return nullptr;
  }
  return Type;
}

PyObject *take(PyObject *, PyObject *Key) {
  PyObject *Value = nullptr;
  if (PyDict_GetItemRef(Pending, Key, &Value) <= 0)
    return nullptr;
  if (PyDict_DelItem(Pending, Key) < 0) {
    Py_DECREF(Value);
    return nullptr;
  }
  return Value;
}

PyObject *forget(PyObject *, PyObject *Key) {
  if (PyDict_Contains(Pending, Key) > 0)
    PyDict_DelItem(Pending, Key);
  Py_RETURN_NONE;
}

PyObject *take_checked(PyObject *, PyObject *Key) {
  PyObject *Value = nullptr;
  if (PyDict_GetItemRef(Pending, Key, &Value) <= 0)
    return nullptr;
  if (describe(Value).empty())
    throw std::runtime_error("empty");
  if (PyDict_DelItem(Pending, Key) < 0) { // no edit: something may be done between the two steps
    Py_DECREF(Value);
    return nullptr;
  }
  return Value;
}

PyMethodDef Methods[] = {
    {"type_for", type_for, METH_O, nullptr},
    {"take", take, METH_O, nullptr},
    {"forget", forget, METH_O, nullptr},
    {"take_checked", take_checked, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyModuleDef Module = {PyModuleDef_HEAD_INIT, "m",     nullptr, 0, Methods,
                      nullptr,               nullptr, nullptr, nullptr};

} // namespace

PyMODINIT_FUNC PyInit_m() {
  Types = PyDict_New();
  Pending = PyDict_New();
  return PyModuleDef_Init(&Module);
}
