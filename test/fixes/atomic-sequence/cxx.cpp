#include <Python.h>
#include <atomic>

namespace {

struct Stats {
  std::atomic<long> Hits{0};
  std::atomic<bool> Busy{false};
};

Stats Shared;
std::atomic<PyObject *> Type{nullptr};

PyObject *hit(PyObject *, PyObject *) {
  long N = Shared.Hits.load(std::memory_order_relaxed);
  Shared.Hits.store(N + 1, std::memory_order_relaxed);
  return PyLong_FromLong(N);
}

PyObject *hit_more(PyObject *, PyObject *) {
  Shared.Hits = Shared.Hits + 5;
  Py_RETURN_NONE;
}

PyObject *twice(PyObject *, PyObject *) {
  Shared.Hits = Shared.Hits * 2; // no edit: no atomic operation computes that
  Py_RETURN_NONE;
}

// Also when the callback throws.
PyObject *run(PyObject *, PyObject *Arg) {
  if (Shared.Busy)
    Py_RETURN_FALSE;
  Shared.Busy = true;
  try {
    PyObject *Result = PyObject_CallNoArgs(Arg);
    Shared.Busy = false;
    return Result;
  } catch (...) {
    Shared.Busy = false;
    throw;
  }
}

PyObject *type(PyObject *, PyObject *) {
  if (!Type.load())
    Type.store(PyImport_ImportModule("decimal"));
  return Py_XNewRef(Type.load());
}

PyMethodDef Methods[] = {
    {"hit", hit, METH_NOARGS, nullptr},
    {"hit_more", hit_more, METH_NOARGS, nullptr},
    {"twice", twice, METH_NOARGS, nullptr},
    {"run", run, METH_O, nullptr},
    {"type", type, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyModuleDef Module = {PyModuleDef_HEAD_INIT, "m",     nullptr, 0, Methods,
                      nullptr,               nullptr, nullptr, nullptr};

} // namespace

PyMODINIT_FUNC PyInit_m() { return PyModuleDef_Init(&Module); }
