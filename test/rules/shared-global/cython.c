// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// shared-global in C that Cython wrote: cdef variables of the module are their
// author's, caches and free lists the generator's.

#include <Python.h>

typedef struct {
  PyObject *__pyx_d;
  PyObject *__pyx_empty_tuple;
} __pyx_mstate;
static __pyx_mstate __pyx_mstate_global_static;
static __pyx_mstate *const __pyx_mstate_global = &__pyx_mstate_global_static;

struct __Pyx_CodeObjectCache {
  int count;
  PyObject **entries;
};
static struct __Pyx_CodeObjectCache __pyx_code_cache = {0, 0};

static long __pyx_v_4pool_total;
static PyObject *__pyx_v_4pool_last = 0;
static long __pyx_v_4pool_limit;

static void __pyx_insert_code_object(PyObject *code) {
  __pyx_code_cache.entries[__pyx_code_cache.count++] = code;
}

static PyObject *__Pyx_Lookup(PyObject *name) {
  static PyObject *__pyx_dict_cached_value = 0;
  if (!__pyx_dict_cached_value)
    __pyx_dict_cached_value =
        PyObject_GetItem(__pyx_mstate_global->__pyx_d, name);
  return __pyx_dict_cached_value;
}

/* "pool.pyx":4
 * cdef long total
 *     total += 1             # <<<<<<<<<<<<<<
 */
static PyObject *__pyx_pf_4pool_count(void) {
  __pyx_v_4pool_total = __pyx_v_4pool_total + 1; // expect: shared-global high
  __pyx_insert_code_object(Py_None);
  return PyLong_FromLong(__pyx_v_4pool_total + __pyx_v_4pool_limit);
}

static PyObject *__pyx_pw_4pool_1count(PyObject *self, PyObject *unused) {
  return __pyx_pf_4pool_count();
}

static PyObject *__pyx_pf_4pool_2keep(PyObject *value) {
  // A macro of the generator has its caches where it is used.
  static PyObject *__pyx_dict_cached_value = 0;
  __pyx_dict_cached_value = value;
  Py_INCREF(value);
  Py_XDECREF(__pyx_v_4pool_last);
  __pyx_v_4pool_last = value; // expect: shared-global high
  return __Pyx_Lookup(value);
}

static PyObject *__pyx_pw_4pool_3keep(PyObject *self, PyObject *value) {
  return __pyx_pf_4pool_2keep(value);
}

static PyMethodDef __pyx_methods[] = {
    {"count", (PyCFunction)__pyx_pw_4pool_1count, METH_NOARGS, 0},
    {"keep", (PyCFunction)__pyx_pw_4pool_3keep, METH_O, 0},
    {0, 0, 0, 0}};

static int __pyx_pymod_exec_pool(PyObject *module) {
  __pyx_v_4pool_limit = 4; // the code of the module itself
  __pyx_mstate_global->__pyx_d = PyModule_GetDict(module);
  return 0;
}

static PyModuleDef_Slot __pyx_moduledef_slots[] = {
    {Py_mod_exec, (void *)__pyx_pymod_exec_pool}, {0, NULL}};

static struct PyModuleDef __pyx_moduledef = {
    PyModuleDef_HEAD_INIT, "pool", 0, 0, __pyx_methods, __pyx_moduledef_slots,
    NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_pool(void) { return PyModuleDef_Init(&__pyx_moduledef); }
