#include <Python.h>
#include <mutex>
#include <stdexcept>

namespace {

std::mutex Lock;
long Count;

void library_work();

PyObject *early(PyObject *, PyObject *Arg) {
  Lock.lock();
  if (Arg == Py_None)
    return nullptr;
  ++Count;
  Lock.unlock();
  Py_RETURN_NONE;
}

PyObject *in_try(PyObject *, PyObject *Arg) {
  Lock.lock();
  try {
    if (Count == 3)
      return PyLong_FromLong(Count);
    ++Count;
  } catch (const std::exception &Error) {
    Lock.unlock();
    PyErr_SetString(PyExc_RuntimeError, Error.what());
    return nullptr;
  }
  Lock.unlock();
  Py_RETURN_NONE;
}

PyObject *thrown(PyObject *, PyObject *Arg) {
  Lock.lock();
  if (Arg == Py_None)
    throw std::runtime_error("none"); // no edit: only a lock that a return leaves held
  Lock.unlock();
  Py_RETURN_NONE;
}

PyMethodDef Methods[] = {
    {"early", early, METH_O, nullptr},
    {"in_try", in_try, METH_O, nullptr},
    {"thrown", thrown, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyModuleDef Module = {PyModuleDef_HEAD_INIT, "m",     nullptr, 0, Methods,
                      nullptr,               nullptr, nullptr, nullptr};

} // namespace

PyMODINIT_FUNC PyInit_m() { return PyModuleDef_Init(&Module); }
