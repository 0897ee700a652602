#include <Python.h>
#include <stdexcept>
#include <string>

namespace {

std::string describe(PyObject *Object);

PyObject *replaced(PyObject *, PyObject *List) {
  PyList_SET_ITEM(List, 0, Py_NewRef(Py_None));
  PyObject *Text = PyObject_Repr(List);
  if (Text == nullptr)
    return nullptr;
  return Text;
}

PyObject *in_try(PyObject *, PyObject *List) {
  try {
    if (describe(List).empty())
      throw std::runtime_error("empty");
    PyList_SET_ITEM(List, 0, Py_NewRef(Py_None));
  } catch (const std::exception &Error) {
    PyErr_SetString(PyExc_RuntimeError, Error.what());
    return nullptr;
  }
  Py_RETURN_NONE;
}

PyObject *may_throw(PyObject *, PyObject *List) {
  PyObject *Old = PyList_GET_ITEM(List, 0);
  std::string Text = describe(Old);
  PyList_SET_ITEM(List, 0, PyUnicode_FromString(Text.c_str())); // no edit: a C++ exception could pass the end of the section
  Py_XDECREF(Old);
  Py_RETURN_NONE;
}

PyObject *size(PyObject *, PyObject *Dict) {
  auto *Typed = reinterpret_cast<PyDictObject *>(Dict);
  return PyLong_FromSsize_t(Typed->ma_used);
}

PyMethodDef Methods[] = {
    {"replaced", replaced, METH_O, nullptr},
    {"in_try", in_try, METH_O, nullptr},
    {"may_throw", may_throw, METH_O, nullptr},
    {"size", size, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyModuleDef Module = {PyModuleDef_HEAD_INIT, "m",     nullptr, 0, Methods,
                      nullptr,               nullptr, nullptr, nullptr};

} // namespace

PyMODINIT_FUNC PyInit_m() {
  return PyModuleDef_Init(&Module);
}
