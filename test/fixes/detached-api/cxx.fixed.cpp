// What a binding tool's guards do, and C++ without one.
#include <Python.h>
#include <mutex>
#include <streambuf>
#include <string>
#include <thread>

namespace pybind11 {
class gil_scoped_acquire {
public:
  gil_scoped_acquire() : State(PyGILState_Ensure()) {}
  ~gil_scoped_acquire() { PyGILState_Release(State); }

private:
  PyGILState_STATE State;
};
class gil_scoped_release {
public:
  gil_scoped_release() : State(PyEval_SaveThread()) {}
  ~gil_scoped_release() { PyEval_RestoreThread(State); }

private:
  PyThreadState *State;
};
} // namespace pybind11

namespace py = pybind11;

void library_work();

PyObject *with_guard(PyObject *, PyObject *arg) {
  py::gil_scoped_release detached;
  library_work();
  {
    py::gil_scoped_acquire attached;
    Py_INCREF(arg);
  }
  library_work();
  return arg;
}

PyObject *with_declaration(PyObject *, PyObject *arg) {
  {
    py::gil_scoped_release detached;
    PyObject *text = PyObject_Str(arg); // no edit: what the statement declares
    library_work();
    (void)text;
  }
  return arg;
}

struct Error {
  PyObject *Type;
  ~Error() {
    if (Type) {
      py::gil_scoped_acquire attached;
      PyErr_Clear();
      Py_DECREF(Type);
    }
  }
};

PyObject *make_error(PyObject *, PyObject *arg) {
  Error E{Py_NewRef(arg)};
  Py_RETURN_NONE;
}

PyObject *threaded(PyObject *, PyObject *arg) {
  std::thread([arg] {
    library_work();
    PyGILState_STATE gil = PyGILState_Ensure();
    PyObject *done = PyObject_CallNoArgs(arg);
    Py_XDECREF(done);
    PyGILState_Release(gil);
  }).join();
  Py_RETURN_NONE;
}

PyObject *may_throw(PyObject *, PyObject *arg) {
  Py_BEGIN_ALLOW_THREADS
  library_work();
  Py_BLOCK_THREADS
  Py_INCREF(arg);
  Py_UNBLOCK_THREADS
  Py_END_ALLOW_THREADS
  return arg;
}

static PyMethodDef methods[] = {
    {"with_guard", with_guard, METH_O, nullptr},
    {"with_declaration", with_declaration, METH_O, nullptr},
    {"make_error", make_error, METH_O, nullptr},
    {"threaded", threaded, METH_O, nullptr},
    {"may_throw", may_throw, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

static PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "waits", nullptr, 0,       methods,
    nullptr,               nullptr, nullptr, nullptr,
};

PyMODINIT_FUNC PyInit_waits() { return PyModuleDef_Init(&module); }
