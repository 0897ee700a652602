// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where module-gil-slot must be silent: no line of this file is reported, at
// any confidence.

// RUN: %scan %s --select module-gil-slot --strict --fail-on low --min-confidence low --format concise
// expect: none

#include <Python.h>

static PyMethodDef methods[] = {{NULL, NULL, 0, NULL}};

// Single-phase, with the call.
static struct PyModuleDef plain_def = {
    PyModuleDef_HEAD_INIT, "plain", NULL, -1, methods, NULL, NULL, NULL, NULL,
};
PyMODINIT_FUNC PyInit_plain(void) {
  PyObject *m = PyModule_Create(&plain_def);
  if (m == NULL)
    return NULL;
#ifdef Py_GIL_DISABLED
  PyUnstable_Module_SetGIL(m, Py_MOD_GIL_NOT_USED);
#endif
  return m;
}

// The call stands in a helper, behind a macro.
#ifdef Py_GIL_DISABLED
#define DECLARE_NO_GIL(m) PyUnstable_Module_SetGIL((m), Py_MOD_GIL_NOT_USED)
#else
#define DECLARE_NO_GIL(m) 0
#endif
static PyObject *finish(PyObject *m) {
  if (m != NULL && DECLARE_NO_GIL(m) < 0)
    Py_CLEAR(m);
  return m;
}
static struct PyModuleDef ecodes_def = {
    PyModuleDef_HEAD_INIT, "_ecodes", NULL, -1, methods, NULL, NULL, NULL, NULL,
};
static PyObject *moduleinit(void) {
  return finish(PyModule_Create(&ecodes_def));
}
PyMODINIT_FUNC PyInit__ecodes(void) { return moduleinit(); }

// Multi-phase, with the slot.
static int exec_module(PyObject *m) { return 0; }
static PyModuleDef_Slot exec_slots[] = {
    {Py_mod_exec, exec_module},
#ifdef Py_mod_gil
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};
static struct PyModuleDef exec_def = {
    PyModuleDef_HEAD_INIT, "exec", NULL, 0, methods, exec_slots,
};
PyMODINIT_FUNC PyInit_exec(void) { return PyModuleDef_Init(&exec_def); }

// The number behind the name, for headers that lack it.
static PyModuleDef_Slot number_slots[] = {
    {4, (void *)1},
    {Py_mod_exec, exec_module},
    {0, NULL},
};
static struct PyModuleDef number_def = {
    PyModuleDef_HEAD_INIT, "number", NULL, 0, methods, number_slots,
};
PyMODINIT_FUNC PyInit_number(void) { return PyModuleDef_Init(&number_def); }

// A table that two modules share.
static struct PyModuleDef twin_def = {
    PyModuleDef_HEAD_INIT, "twin", NULL, 0, methods, exec_slots,
};
PyMODINIT_FUNC PyInit_twin(void) { return PyModuleDef_Init(&twin_def); }

// A module object beside the one that is imported is not asked.
static struct PyModuleDef inner_def = {
    PyModuleDef_HEAD_INIT, "outer.inner", NULL, -1, methods,
};
static struct PyModuleDef outer_def = {
    PyModuleDef_HEAD_INIT, "outer", NULL, -1, methods, NULL, NULL, NULL, NULL,
};
PyMODINIT_FUNC PyInit_outer(void) {
  PyObject *m = PyModule_Create(&outer_def);
  if (m == NULL)
    return NULL;
#ifdef Py_GIL_DISABLED
  PyUnstable_Module_SetGIL(m, Py_MOD_GIL_NOT_USED);
#endif
  if (PyModule_AddObjectRef(m, "inner", PyModule_Create(&inner_def)) < 0)
    return NULL;
  return m;
}

// The module comes from code that is in no file of the scan.
extern PyObject *make_module(const char *name);
PyMODINIT_FUNC PyInit_elsewhere(void) { return make_module("elsewhere"); }
