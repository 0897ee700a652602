// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What module-gil-slot must find: one module per shape, as if each were in a
// file of its own.

#include <Python.h>

static PyMethodDef methods[] = {{NULL, NULL, 0, NULL}};

// Single-phase, and nothing else.
static struct PyModuleDef plain_def = {
    PyModuleDef_HEAD_INIT, "plain", NULL, -1, methods, NULL, NULL, NULL, NULL,
};
PyMODINIT_FUNC PyInit_plain(void) { // expect: module-gil-slot high
  return PyModule_Create(&plain_def);
}

// The definition is a static of the function, the set-up a helper's.
static int setup_module(PyObject *m) {
  return PyModule_AddIntConstant(m, "LEVEL", 3);
}
PyMODINIT_FUNC
PyInit_setup(void) { // expect: module-gil-slot high
  static PyModuleDef module_def = {
      PyModuleDef_HEAD_INIT, "setup", NULL, -1, methods,
  };
  PyObject *m = PyModule_Create(&module_def);
  if (setup_module(m) < 0) {
    Py_DECREF(m);
    return NULL;
  }
  return m;
}

// The helper makes the module.
static struct PyModuleDef uinput_def = {
    PyModuleDef_HEAD_INIT, "_uinput", NULL, -1, methods, NULL, NULL, NULL, NULL,
};
static PyObject *moduleinit(void) {
  PyObject *m = PyModule_Create(&uinput_def);
  if (m == NULL)
    return NULL;
  PyModule_AddIntConstant(m, "maxnamelen", 80);
  return m;
}
PyMODINIT_FUNC PyInit__uinput(void) { // expect: module-gil-slot high
  return moduleinit();
}

// The arms of an #if for a Python that is gone.
#if PY_MAJOR_VERSION >= 3
#define INITERROR return NULL
static struct PyModuleDef old_def = {
    PyModuleDef_HEAD_INIT, "old", NULL, -1, methods, NULL, NULL, NULL, NULL,
};
PyObject *PyInit_old(void) // expect: module-gil-slot high
#else
#define INITERROR return
void initold(void)
#endif
{
#if PY_MAJOR_VERSION >= 3
  PyObject *m = PyModule_Create(&old_def);
#else
  PyObject *m = Py_InitModule("old", methods);
#endif
  if (m == NULL)
    INITERROR;
  return m;
}

// The init function is made by a macro of the project.
#define MODULE_INIT(name, def)                                                 \
  PyMODINIT_FUNC PyInit_##name(void) { return PyModule_Create(&def); }
static struct PyModuleDef made_def = {
    PyModuleDef_HEAD_INIT, "made", NULL, -1, methods, NULL, NULL, NULL, NULL,
};
MODULE_INIT(made, made_def) // expect: module-gil-slot high

// Multi-phase, with another slot under a version check.
static int exec_module(PyObject *m) { return 0; }
static PyModuleDef_Slot exec_slots[] = { // expect: module-gil-slot high
    {Py_mod_exec, exec_module},
#if PY_VERSION_HEX >= 0x030C0000
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
    {0, NULL},
};
static struct PyModuleDef exec_def = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "exec",
    .m_slots = exec_slots,
};
PyMODINIT_FUNC PyInit_exec(void) { return PyModuleDef_Init(&exec_def); }

// Multi-phase without a table.
static struct PyModuleDef bare_def = { // expect: module-gil-slot high
    PyModuleDef_HEAD_INIT, "bare", NULL, 0, methods, NULL, NULL, NULL, NULL,
};
PyMODINIT_FUNC PyInit_bare(void) { return PyModuleDef_Init(&bare_def); }

// It asks for the GIL.
static PyModuleDef_Slot used_slots[] = {
    {Py_mod_exec, exec_module},
    {Py_mod_gil, Py_MOD_GIL_USED}, // expect: module-gil-slot high
    {0, NULL},
};
static struct PyModuleDef used_def = {
    PyModuleDef_HEAD_INIT, "used", NULL, 0, methods, used_slots,
};
PyMODINIT_FUNC PyInit_used(void) { return PyModuleDef_Init(&used_def); }

// The helper that sets the module up is in no file of the scan.
extern int far_setup(PyObject *m);
static struct PyModuleDef far_def = {
    PyModuleDef_HEAD_INIT, "far", NULL, -1, methods, NULL, NULL, NULL, NULL,
};
PyMODINIT_FUNC PyInit_far(void) { // expect: module-gil-slot medium
  PyObject *m = PyModule_Create(&far_def);
  if (m && far_setup(m) < 0)
    return NULL;
  return m;
}
