// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where critical-section-escape must be silent: no line here is reported.

// RUN: %scan %s --select critical-section-escape --strict --fail-on low --min-confidence low --format concise

#include <Python.h>

typedef struct {
    PyObject_HEAD
    PyObject *value;
    PyObject *name;
    char *buffer;
    Py_ssize_t size;
} Cell;

/* 1: the label stands before the end. */
static PyObject *
cell_get(PyObject *op, PyObject *unused)
{
    Cell *self = (Cell *)op;
    PyObject *result = NULL;
    Py_BEGIN_CRITICAL_SECTION(op);
    if (self->value == NULL)
        goto done;
    result = Py_NewRef(self->value);
done:;
    Py_END_CRITICAL_SECTION();
    if (result == NULL)
        Py_RETURN_NONE;
    return result;
}

/* 2: a loop inside the section, left and gone on with. */
static PyObject *
cell_find(PyObject *op, PyObject *arg)
{
    Cell *self = (Cell *)op;
    Py_ssize_t found = -1;
    Py_BEGIN_CRITICAL_SECTION(op);
    for (Py_ssize_t i = 0; i < self->size; i++) {
        if (self->buffer[i] == 0)
            continue;
        if (self->buffer[i] == 'x') {
            found = i;
            break;
        }
    }
    Py_END_CRITICAL_SECTION();
    return PyLong_FromSsize_t(found);
}

/* 3: a switch inside. */
static PyObject *
cell_kind(PyObject *op, PyObject *unused)
{
    Cell *self = (Cell *)op;
    const char *kind;
    Py_BEGIN_CRITICAL_SECTION(op);
    switch (self->size) {
    case 0:
        kind = "empty";
        break;
    case 1:
        kind = "one";
        break;
    default:
        kind = "many";
    }
    Py_END_CRITICAL_SECTION();
    return PyUnicode_FromString(kind);
}

/* 4: what is inside may return where it likes. */
static PyObject *
cell_take_locked(Cell *self)
{
    if (self->value == NULL)
        Py_RETURN_NONE;
    PyObject *value = self->value;
    self->value = NULL;
    return value;
}

static PyObject *
cell_take(PyObject *op, PyObject *unused)
{
    PyObject *result;
    Py_BEGIN_CRITICAL_SECTION(op);
    result = cell_take_locked((Cell *)op);
    Py_END_CRITICAL_SECTION();
    return result;
}

/* 5: moved out under the lock, released behind it. */
static PyObject *
cell_clear(PyObject *op, PyObject *unused)
{
    Cell *self = (Cell *)op;
    PyObject *old;
    Py_BEGIN_CRITICAL_SECTION(op);
    old = self->value;
    self->value = NULL;
    Py_END_CRITICAL_SECTION();
    Py_XDECREF(old);
    Py_RETURN_NONE;
}

/* 6: a reference of its own. */
static PyObject *
cell_repr(PyObject *op)
{
    Cell *self = (Cell *)op;
    PyObject *value;
    Py_BEGIN_CRITICAL_SECTION(op);
    value = Py_XNewRef(self->value);
    Py_END_CRITICAL_SECTION();
    PyObject *text = PyUnicode_FromFormat("<Cell %R>", value);
    Py_XDECREF(value);
    return text;
}

static PyObject *
cell_repr_old(PyObject *op)
{
    Cell *self = (Cell *)op;
    PyObject *value;
    Py_BEGIN_CRITICAL_SECTION(op);
    value = self->value;
    Py_XINCREF(value);
    Py_END_CRITICAL_SECTION();
    PyObject *text = PyUnicode_FromFormat("<Cell %R>", value);
    Py_XDECREF(value);
    return text;
}

/* 7: set once, before others see the object. */
static PyObject *
cell_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    Cell *self = (Cell *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    self->name = PyUnicode_FromString("cell");
    return (PyObject *)self;
}

static PyObject *
cell_name(PyObject *op, void *closure)
{
    Cell *self = (Cell *)op;
    PyObject *name;
    Py_BEGIN_CRITICAL_SECTION(op);
    name = self->name;
    Py_END_CRITICAL_SECTION();
    return Py_NewRef(name);
}

/* 8: one section after the other, and one in each arm. */
static PyObject *
cell_copy(PyObject *op, PyObject *other)
{
    Py_ssize_t size;
    Py_BEGIN_CRITICAL_SECTION(other);
    size = ((Cell *)other)->size;
    Py_END_CRITICAL_SECTION();
    if (size < 0)
        Py_RETURN_NONE;
    if (op == other) {
        Py_BEGIN_CRITICAL_SECTION(op);
        ((Cell *)op)->size = 0;
        Py_END_CRITICAL_SECTION();
    } else {
        Py_BEGIN_CRITICAL_SECTION2(op, other);
        ((Cell *)op)->size = size;
        Py_END_CRITICAL_SECTION2();
    }
    Py_RETURN_NONE;
}

/* 9: by hand, under a flag that does not change. */
static PyObject *
cell_grow(PyObject *op, PyObject *arg)
{
    Cell *self = (Cell *)op;
    PyCriticalSection section;
    int shared = arg != Py_None;
    if (shared)
        PyCriticalSection_Begin(&section, op);
    self->size++;
    if (shared)
        PyCriticalSection_End(&section);
    Py_RETURN_NONE;
}

/* 10: helpers that begin and end. */
static void
enter(PyCriticalSection *section, PyObject *op)
{
    PyCriticalSection_Begin(section, op);
}

static void
leave(PyCriticalSection *section)
{
    PyCriticalSection_End(section);
}

static PyObject *
cell_shrink(PyObject *op, PyObject *unused)
{
    PyCriticalSection section;
    enter(&section, op);
    ((Cell *)op)->size--;
    leave(&section);
    Py_RETURN_NONE;
}

static PyMethodDef cell_methods[] = {
    {"get", cell_get, METH_NOARGS, NULL},
    {"find", cell_find, METH_O, NULL},
    {"kind", cell_kind, METH_NOARGS, NULL},
    {"take", cell_take, METH_NOARGS, NULL},
    {"clear", cell_clear, METH_NOARGS, NULL},
    {"copy", cell_copy, METH_O, NULL},
    {"grow", cell_grow, METH_O, NULL},
    {"shrink", cell_shrink, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef cell_getset[] = {
    {"name", cell_name, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyTypeObject cell_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "safe.Cell",
    .tp_basicsize = sizeof(Cell),
    .tp_new = cell_new,
    .tp_repr = cell_repr,
    .tp_str = cell_repr_old,
    .tp_methods = cell_methods,
    .tp_getset = cell_getset,
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "safe", NULL, -1, NULL, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_safe(void)
{
    if (PyType_Ready(&cell_type) < 0)
        return NULL;
    return PyModule_Create(&module);
}
