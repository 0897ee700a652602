// tidy: differs
#include <Python.h>
#include <stdexcept>

namespace {

PyObject *early(PyObject *, PyObject *List) {
  Py_BEGIN_CRITICAL_SECTION(List);
  if (PyList_GET_SIZE(List) == 0)
    return nullptr;
  PyList_SET_ITEM(List, 0, Py_NewRef(Py_None));
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}

PyObject *thrown(PyObject *, PyObject *List) {
  Py_BEGIN_CRITICAL_SECTION(List);
  if (PyList_GET_SIZE(List) == 0)
    throw std::runtime_error("empty"); // no edit: what leaves is neither a return nor a jump
  PyList_SET_ITEM(List, 0, Py_NewRef(Py_None));
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}

PyObject *in_try(PyObject *, PyObject *List) {
  try {
    Py_BEGIN_CRITICAL_SECTION(List);
    if (PyList_GET_SIZE(List) == 0)
      return PyErr_NoMemory();
    PyList_SET_ITEM(List, 0, Py_NewRef(Py_None));
    Py_END_CRITICAL_SECTION();
  } catch (...) {
    return nullptr;
  }
  Py_RETURN_NONE;
}

PyObject *conditional(PyObject *, PyObject *List) {
  Py_BEGIN_CRITICAL_SECTION(List);
#ifdef STRICT
  if (PyList_GET_SIZE(List) > 3)
    return nullptr;
#endif
  if (PyList_GET_SIZE(List) == 0)
    return nullptr; // no edit: there is conditional compilation in the section
  PyList_SET_ITEM(List, 0, Py_NewRef(Py_None));
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}

PyMethodDef Methods[] = {
    {"early", early, METH_O, nullptr},
    {"thrown", thrown, METH_O, nullptr},
    {"in_try", in_try, METH_O, nullptr},
    {"conditional", conditional, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyModuleDef Module = {PyModuleDef_HEAD_INIT, "m",     nullptr, 0, Methods,
                      nullptr,               nullptr, nullptr, nullptr};

} // namespace

PyMODINIT_FUNC PyInit_m() { return PyModuleDef_Init(&Module); }
