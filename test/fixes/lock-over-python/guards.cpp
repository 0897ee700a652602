// ungil: --min-confidence low
// Locks that a guard object holds.
#include <Python.h>
#include <map>
#include <mutex>

static std::mutex mutex;
static std::map<PyObject *, int> seen;
static long total;

PyObject *make_first(PyObject *, PyObject *arg) {
  std::lock_guard<std::mutex> guard(mutex);
  PyObject *text = PyObject_Repr(arg);
  if (text == nullptr)
    return nullptr;
  ++total;
  return text;
}

PyObject *tell_last(PyObject *, PyObject *arg) {
  std::lock_guard<std::mutex> guard(mutex);
  ++total;
  return PyObject_Repr(arg);
}

PyObject *in_a_block(PyObject *, PyObject *arg) {
  {
    std::lock_guard<std::mutex> guard(mutex);
    ++total;
    if (PyErr_WarnEx(PyExc_UserWarning, "in a block", 1) < 0)
      PyErr_Clear();
  }
  Py_RETURN_NONE;
}

PyObject *in_a_branch(PyObject *, PyObject *arg) {
  {
    std::lock_guard<std::mutex> guard(mutex);
    if (seen.size() < 10) {
      seen[arg] = 1;
      PyErr_WarnEx(PyExc_UserWarning,
                   "in a branch", 1);
    }
  }
  Py_RETURN_NONE;
}

PyObject *what_it_declares(PyObject *, PyObject *arg) {
  std::lock_guard<std::mutex> guard(mutex);
  long now = ++total;
  return PyObject_CallFunction(arg, "l", now); // no edit: 'PyObject_CallFunction' works on
}

PyObject *in_a_loop(PyObject *, PyObject *arg) {
  for (int i = 0; i < 3; ++i) {
    std::lock_guard<std::mutex> guard(mutex);
    total += i;
    PyErr_WarnEx(PyExc_UserWarning, "in a loop", 1);
  }
  Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"make_first", make_first, METH_O, nullptr},
    {"tell_last", tell_last, METH_O, nullptr},
    {"in_a_block", in_a_block, METH_O, nullptr},
    {"in_a_branch", in_a_branch, METH_O, nullptr},
    {"what_it_declares", what_it_declares, METH_O, nullptr},
    {"in_a_loop", in_a_loop, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

static PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "guards", nullptr, 0,       methods,
    nullptr,               nullptr,  nullptr, nullptr,
};

PyMODINIT_FUNC PyInit_guards() { return PyModuleDef_Init(&module); }
