// ungil: --compat --no-verify
#include <Python.h>
#include <stdexcept>
#include "pythoncapi_compat.h"

namespace {

PyObject *Kept;

bool isAlone(PyObject *Object) { return PyUnstable_Object_IsUniquelyReferenced(Object); }

PyObject *reuse(PyObject *, PyObject *) {
  if (isAlone(Kept))
    return Py_NewRef(Kept);
  return PySequence_List(Kept);
}

PyObject *checked(PyObject *, PyObject *Arg) {
  try {
    if (Kept == nullptr || !PyUnstable_Object_IsUniquelyReferenced((PyObject *)Kept))
      throw std::runtime_error("in use");
    return Py_NewRef(Kept);
  } catch (const std::exception &Error) {
    PyErr_SetString(PyExc_RuntimeError, Error.what());
    return nullptr;
  }
}

PyMethodDef Methods[] = {
    {"reuse", reuse, METH_NOARGS, nullptr},
    {"checked", checked, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyModuleDef Module = {PyModuleDef_HEAD_INIT, "m",     nullptr, 0, Methods,
                      nullptr,               nullptr, nullptr, nullptr};

} // namespace

PyMODINIT_FUNC PyInit_m() {
  Kept = PyList_New(0);
  return PyModuleDef_Init(&Module);
}
