// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Modules of binding tools, with macros as the tools have them. The text says
// the tool's own spelling.

// RUN: %scan %s --select module-gil-slot --exit-zero --format full | %FileCheck %s

#include <Python.h>

struct Handle {
  PyObject *ptr() { return nullptr; }
};
#define PYBIND11_MODULE(name, variable, ...)                                   \
  static void pybind11_init_##name(Handle &variable)
#define BOOST_PYTHON_MODULE(name) void init_module_##name()
namespace py {
inline int mod_gil_not_used() { return 0; }
} // namespace py

// CHECK: module '_contour' does not declare
// CHECK: PYBIND11_MODULE(_contour, m, py::mod_gil_not_used())
PYBIND11_MODULE(_contour, m) { // expect: module-gil-slot high
  (void)m;
}

PYBIND11_MODULE(_right, m, py::mod_gil_not_used()) { (void)m; }

// One arm has it.
#if PY_VERSION_HEX >= 0x030D0000
PYBIND11_MODULE(_both, m, py::mod_gil_not_used())
#else
PYBIND11_MODULE(_both, m)
#endif
{
  (void)m;
}

// CHECK: module '_geometry' does not declare
// CHECK: boost::python::scope().ptr()
BOOST_PYTHON_MODULE(_geometry) { // expect: module-gil-slot high
}

// A multi-phase module of our own, in C++.
namespace {
int execute(PyObject *) { return 0; }

// CHECK: module 'native' does not declare
// CHECK: {Py_mod_gil, Py_MOD_GIL_NOT_USED}
PyModuleDef_Slot Slots[] = { // expect: module-gil-slot high
    {Py_mod_exec, reinterpret_cast<void *>(execute)},
    {0, nullptr},
};
PyModuleDef Module = {PyModuleDef_HEAD_INIT, "native", nullptr, 0, nullptr,
                      Slots, nullptr, nullptr, nullptr};
} // namespace

PyMODINIT_FUNC PyInit_native(void) { return PyModuleDef_Init(&Module); }

// What a generator of code writes.
static PyModuleDef_Slot __pyx_moduledef_slots[] = {
    {Py_mod_exec, reinterpret_cast<void *>(execute)},
    {Py_mod_gil, Py_MOD_GIL_USED}, // expect: module-gil-slot high
    {0, nullptr},
};
static PyModuleDef __pyx_moduledef = {
    PyModuleDef_HEAD_INIT, "generated", nullptr, 0, nullptr,
    __pyx_moduledef_slots, nullptr, nullptr, nullptr};

// CHECK: module 'generated' asks for the GIL
// CHECK: freethreading_compatible
PyMODINIT_FUNC PyInit_generated(void) {
  return PyModuleDef_Init(&__pyx_moduledef);
}
