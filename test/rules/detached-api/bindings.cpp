// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// detached-api in functions that a binding tool calls without a thread state.

#include <Python.h>
#include <mutex>

// As the binding tools declare them.
namespace pybind11 {
class gil_scoped_release {
public:
  gil_scoped_release();
  ~gil_scoped_release();
};
class gil_scoped_acquire {
public:
  gil_scoped_acquire();
  ~gil_scoped_acquire();
};
template <class... Guards> struct call_guard {};
namespace detail::initimpl {
template <class... Args> struct constructor {};
template <class F> struct factory {};
} // namespace detail::initimpl
template <class... Args> detail::initimpl::constructor<Args...> init();
template <class F> detail::initimpl::factory<F> init(F &&);
class cpp_function {
public:
  template <class F, class... Extra> cpp_function(F &&, const Extra &...);
};
class module_ {
public:
  template <class F, class... Extra>
  module_ &def(const char *, F &&, const Extra &...);
};
template <class T, class... Options> class class_ {
public:
  template <class F, class... Extra>
  class_ &def(const char *, F &&, const Extra &...);
  template <class... Args, class... Extra>
  class_ &def(const detail::initimpl::constructor<Args...> &, const Extra &...);
  template <class F, class... Extra>
  class_ &def(detail::initimpl::factory<F> &&, const Extra &...);
  template <class F, class... Extra>
  class_ &def_static(const char *, F &&, const Extra &...);
  template <class F, class... Extra>
  class_ &def_property_readonly(const char *, F &&, const Extra &...);
};
} // namespace pybind11
namespace py = pybind11;

namespace nanobind {
class gil_scoped_release {
public:
  gil_scoped_release();
  ~gil_scoped_release();
};
template <class... Guards> struct call_guard {};
class module_ {
public:
  template <class F, class... Extra>
  module_ &def(const char *, F &&, const Extra &...);
};
} // namespace nanobind
namespace nb = nanobind;

static long Count, Kept;
static std::mutex Lock;

class Worker {
  PyObject *Owner = nullptr;
  long Size;

public:
  explicit Worker(long N) : Size(N) {
    PyErr_Clear(); // expect: detached-api high
  }
  void run() {
    Py_INCREF(Owner); // expect: detached-api high
  }
  long size() const { return Size; }
  PyObject *owner() const {
    return Py_NewRef(Owner); // attached: no guard in its definition
  }
  long finish() {
    py::gil_scoped_acquire Attach;
    Py_CLEAR(Owner);
    return 0;
  }
  static void reset() {
    PyErr_Clear(); // expect: detached-api high
  }
};

static void helper(PyObject *O) {
  Py_INCREF(O); // expect: detached-api high
}

static void callsHelper(PyObject *O) { helper(O); }

static void bump() {
  Count++; // expect: detached-api high
}

static void bumpSafely() {
  std::lock_guard<std::mutex> Guard(Lock);
  Kept++;
}

static PyObject *attached(PyObject *O) { return Py_NewRef(O); }

static void bindWorker(py::module_ &M, nb::module_ &N) {
  using Release = py::call_guard<py::gil_scoped_release>;
  py::class_<Worker>()
      .def(py::init<long>(), Release())
      .def("run", &Worker::run, Release())
      .def("finish", &Worker::finish, Release())
      .def("size", &Worker::size, Release())
      .def("owner", &Worker::owner)
      .def_static("reset", &Worker::reset, Release())
      .def(py::init([](PyObject *O) {
             Py_INCREF(O); // expect: detached-api high
             return new Worker(1);
           }),
           py::call_guard<py::gil_scoped_release>())
      .def_property_readonly(
          "state", py::cpp_function(
                       [](Worker &W) {
                         PyErr_Clear(); // expect: detached-api high
                         return W.size();
                       },
                       Release()));
  M.def("calls_helper", &callsHelper, Release());
  M.def("bump", bump, Release());
  M.def("bump_safely", bumpSafely, Release());
  M.def("attached", &attached);
  M.def("acquires", [](PyObject *O) { Py_INCREF(O); },
        py::call_guard<py::gil_scoped_acquire>());
  N.def("release", [](PyObject *O) {
    Py_INCREF(O); // expect: detached-api high
  }, nb::call_guard<nb::gil_scoped_release>());
  N.def("plain", [](PyObject *O) { Py_INCREF(O); });
}
