// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The module.

#include "methods.h"
#include "state.h"

static PyMethodDef methods[] = {
    {"add", inventory_add, METH_O, NULL},
    {"update", inventory_update, METH_O, NULL},
    {"unit", inventory_unit, METH_O, NULL},
    {"total", inventory_total, METH_NOARGS, NULL},
    {"report", inventory_report, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static int inventory_exec(PyObject *module) { return state_setup(); }

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, inventory_exec},
    {0, NULL},
};

static struct PyModuleDef def = {
    PyModuleDef_HEAD_INIT, "inventory", NULL, 0, methods, slots, NULL, NULL,
    NULL,
};

PyMODINIT_FUNC PyInit_inventory(void) { return PyModuleDef_Init(&def); }
