#include <Python.h>
#include <string>

static void log_item(PyObject *);
static void check(const std::string &text);

// Nothing of ours is called between the call and the last use.
static PyObject *first(PyObject *, PyObject *list) {
  PyObject *item = PyList_GetItemRef(list, 0);
  if (!item)
    return nullptr;
  PyObject *result = PyObject_Repr(item);
  Py_DECREF(item);
  return result;
}

static PyObject *logged(PyObject *, PyObject *list) {
  PyObject *item = PyList_GetItem(list, 0); // no edit: a C++ exception could pass the release
  if (!item)
    return nullptr;
  log_item(item);
  return PyObject_Repr(item);
}

static PyObject *sizes(PyObject *, PyObject *list) {
  Py_ssize_t total = 0;
  for (Py_ssize_t i = 0; i < PyList_Size(list); ++i) {
    auto *item = PyList_GetItemRef(list, i);
    if (item == nullptr)
      return nullptr;
    Py_ssize_t size = PyObject_Size(item);
    Py_DECREF(item);
    if (size < 0)
      return nullptr;
    total += size;
  }
  return PyLong_FromSsize_t(total);
}

static PyMethodDef methods[] = {
    {"first", first, METH_O, nullptr},
    {"logged", logged, METH_O, nullptr},
    {"sizes", sizes, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

static PyModuleDef module = {PyModuleDef_HEAD_INIT, "cxx", nullptr, 0, methods};

PyMODINIT_FUNC PyInit_cxx() { return PyModuleDef_Init(&module); }

static void log_item(PyObject *item) { check(item->ob_type->tp_name); }
static void check(const std::string &text) {
  if (text.empty())
    throw 1;
}
