#include <Python.h>
#include <ctime>
#include <stdexcept>
#include <string>

namespace {

PyObject *year(PyObject *, PyObject *Arg) {
  std::time_t When = PyLong_AsLong(Arg);
  try {
    auto *Parts = std::localtime(&When);
    if (!Parts)
      throw std::runtime_error("no such time");
    return PyLong_FromLong(Parts->tm_year + 1900);
  } catch (const std::exception &Error) {
    PyErr_SetString(PyExc_ValueError, Error.what());
    return nullptr;
  }
}

PyObject *hour(PyObject *, PyObject *Arg) {
  time_t When = PyLong_AsLong(Arg);
  tm Copy = *gmtime(&When);
  return PyLong_FromLong(Copy.tm_hour);
}

PyMethodDef Methods[] = {
    {"year", year, METH_O, nullptr},
    {"hour", hour, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyModuleDef Module = {PyModuleDef_HEAD_INIT, "m",     nullptr, 0, Methods,
                      nullptr,               nullptr, nullptr, nullptr};

} // namespace

PyMODINIT_FUNC PyInit_m() { return PyModuleDef_Init(&Module); }
