// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What critical-section-escape must find, one shape of real code per function.

// RUN: %scan --select critical-section-escape --format full --exit-zero %s | %FileCheck %s

#include <Python.h>
#include <setjmp.h>

typedef struct {
    PyObject_HEAD
    PyObject *value;
    PyObject *names;
    char *buffer;
    Py_ssize_t size;
} Cell;

static jmp_buf back;

/* 1: a macro that returns. */
static PyObject *
cell_get(PyObject *op, PyObject *unused)
{
    Cell *self = (Cell *)op;
    PyObject *result;
    Py_BEGIN_CRITICAL_SECTION(op);
    if (self->value == NULL)
        // CHECK: [[@LINE+3]]:{{.*}}warning: 'return' leaves critical section on 'op' without its end
        // CHECK: why: The object stays locked
        // CHECK: note: the section begins here
        Py_RETURN_NONE; // expect: critical-section-escape high
    result = Py_NewRef(self->value);
    Py_END_CRITICAL_SECTION();
    return result;
}

/* 2: the error path of a check inside. */
static int
cell_set(PyObject *op, PyObject *value, void *closure)
{
    Cell *self = (Cell *)op;
    Py_BEGIN_CRITICAL_SECTION(op);
    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError, "cannot delete");
        return -1; // expect: critical-section-escape high
    }
    Py_XSETREF(self->value, Py_NewRef(value));
    Py_END_CRITICAL_SECTION();
    return 0;
}

/* 3: goto a label behind the end. */
static PyObject *
cell_resize(PyObject *op, PyObject *arg)
{
    Cell *self = (Cell *)op;
    PyObject *result = NULL;
    Py_ssize_t size = PyLong_AsSsize_t(arg);
    Py_BEGIN_CRITICAL_SECTION(op);
    char *buffer = PyMem_Realloc(self->buffer, size);
    if (buffer == NULL)
        goto error; // expect: critical-section-escape high
    self->buffer = buffer;
    self->size = size;
    result = Py_NewRef(Py_None);
    Py_END_CRITICAL_SECTION();
    return result;
error:
    return PyErr_NoMemory();
}

/* 4: break out of the loop around the section. */
static PyObject *
cells_sum(PyObject *module, PyObject *list)
{
    Py_ssize_t total = 0;
    for (Py_ssize_t i = 0; i < 16; i++) {
        PyObject *item = PyList_GetItemRef(list, i);
        if (item == NULL)
            return NULL;
        Py_BEGIN_CRITICAL_SECTION(item);
        if (((Cell *)item)->size == 0)
            break; // expect: critical-section-escape high
        total += ((Cell *)item)->size;
        Py_END_CRITICAL_SECTION();
        Py_DECREF(item);
    }
    return PyLong_FromSsize_t(total);
}

/* 5: continue with the next one. */
static PyObject *
cells_count(PyObject *module, PyObject *list)
{
    Py_ssize_t n = 0;
    for (Py_ssize_t i = 0; i < 16; i++) {
        PyObject *item = PyList_GetItemRef(list, i);
        if (item == NULL)
            return NULL;
        Py_BEGIN_CRITICAL_SECTION(item);
        if (((Cell *)item)->value == NULL)
            continue; // expect: critical-section-escape high
        n++;
        Py_END_CRITICAL_SECTION();
        Py_DECREF(item);
    }
    return PyLong_FromSsize_t(n);
}

/* 6: goto into the section. */
static PyObject *
cell_swap(PyObject *op, PyObject *other)
{
    Cell *a = (Cell *)op, *b = (Cell *)other;
    if (op == other)
        goto same; // expect: critical-section-escape high
    Py_BEGIN_CRITICAL_SECTION2(op, other);
    PyObject *value = a->value;
    a->value = b->value;
    b->value = value;
same:;
    Py_END_CRITICAL_SECTION2();
    Py_RETURN_NONE;
}

/* 7: longjmp. */
static PyObject *
cell_parse(PyObject *op, PyObject *arg)
{
    Cell *self = (Cell *)op;
    Py_BEGIN_CRITICAL_SECTION(op);
    if (self->size < 0)
        longjmp(back, 1); // expect: critical-section-escape high
    self->size++;
    Py_END_CRITICAL_SECTION();
    Py_RETURN_NONE;
}

/* 8: begun by hand, never ended. */
static PyObject *
cell_lock(PyObject *op, PyObject *unused)
{
    PyCriticalSection section;
    // CHECK: critical section on 'op' is never ended
    PyCriticalSection_Begin(&section, op); // expect: critical-section-escape high
    ((Cell *)op)->size = 0;
    Py_RETURN_NONE;
}

/* 9: the reference is taken behind the end. */
static PyObject *
cell_names(PyObject *op, void *closure)
{
    Cell *self = (Cell *)op;
    PyObject *names;
    Py_BEGIN_CRITICAL_SECTION(op);
    names = self->names;
    Py_END_CRITICAL_SECTION();
    // CHECK: 'op->names', read in critical section on 'op', is used behind its end
    return Py_XNewRef(names); // expect: critical-section-escape high
}

static int
cell_set_names(PyObject *op, PyObject *names, void *closure)
{
    Py_BEGIN_CRITICAL_SECTION(op);
    Py_XSETREF(((Cell *)op)->names, Py_XNewRef(names));
    Py_END_CRITICAL_SECTION();
    return 0;
}

/* 10: a buffer that another method reallocates. */
static PyObject *
cell_bytes(PyObject *op, PyObject *unused)
{
    Cell *self = (Cell *)op;
    char *buffer;
    Py_ssize_t size;
    Py_BEGIN_CRITICAL_SECTION(op);
    buffer = self->buffer;
    size = self->size;
    Py_END_CRITICAL_SECTION();
    return PyBytes_FromStringAndSize(buffer, size); // expect: critical-section-escape medium
}

static PyMethodDef cell_methods[] = {
    {"get", cell_get, METH_NOARGS, NULL},
    {"resize", cell_resize, METH_O, NULL},
    {"swap", cell_swap, METH_O, NULL},
    {"parse", cell_parse, METH_O, NULL},
    {"lock", cell_lock, METH_NOARGS, NULL},
    {"bytes", cell_bytes, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef cell_getset[] = {
    {"value", NULL, cell_set, NULL, NULL},
    {"names", cell_names, cell_set_names, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyTypeObject cell_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "bad.Cell",
    .tp_basicsize = sizeof(Cell),
    .tp_methods = cell_methods,
    .tp_getset = cell_getset,
};

static PyMethodDef methods[] = {
    {"sum", cells_sum, METH_O, NULL},
    {"count", cells_count, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "bad", NULL, -1, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_bad(void)
{
    if (PyType_Ready(&cell_type) < 0)
        return NULL;
    return PyModule_Create(&module);
}
