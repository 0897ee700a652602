// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// expect: none
// RUN: %scan --select refcount-one --min-confidence low --format concise --exit-zero %s \
// RUN:   | %FileCheck --allow-empty --check-prefix=NONE %s
// NONE-NOT: [refcount-one]

#include <Python.h>

typedef struct {
    PyObject_HEAD
    PyObject *value;
} Box;

/* 1: new here, and nobody has seen it. */
static PyObject *
fresh(PyObject *self, PyObject *unused)
{
    PyObject *list = PyList_New(3);
    if (list == NULL)
        return NULL;
    if (Py_REFCNT(list) == 1)
        PyList_SET_ITEM(list, 0, Py_NewRef(Py_None));
    return list;
}

/* 2: handed to Python as a number. */
static PyObject *
refcount(PyObject *self, PyObject *arg)
{
    return PyLong_FromSsize_t(Py_REFCNT(arg) - 1);
}

/* 3: printed. */
static PyObject *
dump(PyObject *self, PyObject *arg)
{
    fprintf(stderr, "refs of %p: %zd\n", (void *)arg, Py_REFCNT(arg));
    Py_ssize_t n = Py_REFCNT(arg);
    printf("%zd\n", n);
    Py_RETURN_NONE;
}

/* 4: asks whether anybody is left, not whether it is alone. */
static PyObject *
alive(PyObject *self, PyObject *arg)
{
    if (!Py_REFCNT(arg))
        Py_RETURN_FALSE;
    if (Py_REFCNT(((Box *)self)->value) == 0)
        Py_RETURN_NONE;
    Py_RETURN_TRUE;
}

/* 5: a destructor that looks for resurrection, through a helper. */
static int
resurrected(PyObject *op)
{
    return Py_REFCNT(op) > 1;
}

static void
box_dealloc(PyObject *op)
{
    if (resurrected(op))
        return;
    Py_XDECREF(((Box *)op)->value);
    Py_TYPE(op)->tp_free(op);
}

/* 6: the function made for the question. */
#if PY_VERSION_HEX < 0x030E0000
PyAPI_FUNC(int) PyUnstable_Object_IsUniquelyReferenced(PyObject *);
#endif
static PyObject *
reuse(PyObject *self, PyObject *arg)
{
    if (PyUnstable_Object_IsUniquelyReferenced(arg))
        return Py_NewRef(arg);
    return PySequence_List(arg);
}

/* 7: at module initialisation nobody else runs. */
static int
exec_module(PyObject *module)
{
    PyObject *dict = PyModule_GetDict(module);
    if (Py_REFCNT(dict) == 1)
        return -1;
    return PyModule_AddIntConstant(module, "ANSWER", 42);
}

/* 8: the count of something else with the same name. */
struct shared_block { long count; };
static long block_refcnt(struct shared_block *b) { return b->count; }
static struct shared_block block;
static PyObject *
block_alone(PyObject *self, PyObject *unused)
{
    return PyBool_FromLong(block_refcnt(&block) == 1);
}

static PyMethodDef methods[] = {
    {"fresh", fresh, METH_NOARGS, NULL},
    {"refcount", refcount, METH_O, NULL},
    {"dump", dump, METH_O, NULL},
    {"alive", alive, METH_O, NULL},
    {"reuse", reuse, METH_O, NULL},
    {"block_alone", block_alone, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot box_slots[] = {
    {Py_tp_dealloc, (void *)box_dealloc},
    {0, NULL},
};
PyType_Spec box_spec = {
    "m.Box", sizeof(Box), 0, Py_TPFLAGS_DEFAULT, box_slots,
};

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, (void *)exec_module},
    {0, NULL},
};
static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "m", NULL, 0, methods, slots, NULL, NULL, NULL,
};
PyMODINIT_FUNC
PyInit_m(void)
{
    return PyModuleDef_Init(&module);
}
