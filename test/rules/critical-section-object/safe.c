// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where critical-section-object must be silent: no line here is reported.

// RUN: %scan %s --select critical-section-object --strict --fail-on low --min-confidence low --format concise

#include <Python.h>

typedef struct {
    PyObject_HEAD
    PyObject *text;
    PyObject *items;
    PyMutex lock;
    Py_ssize_t size;
    int ready;
} Node;

/* 1: both at once. */
static PyObject *
node_move(PyObject *op, PyObject *other)
{
    Node *a = (Node *)op, *b = (Node *)other;
    Py_BEGIN_CRITICAL_SECTION2(op, other);
    a->size += b->size;
    b->size = 0;
    Py_END_CRITICAL_SECTION2();
    Py_RETURN_NONE;
}

/* 2: the inner part keeps to the inner object. */
static PyObject *
node_take(PyObject *op, PyObject *other)
{
    Node *a = (Node *)op, *b = (Node *)other;
    Py_ssize_t size;
    Py_BEGIN_CRITICAL_SECTION(op);
    Py_BEGIN_CRITICAL_SECTION(other);
    size = b->size;
    b->size = 0;
    Py_END_CRITICAL_SECTION();
    a->size += size;
    Py_END_CRITICAL_SECTION();
    Py_RETURN_NONE;
}

/* 3: the same object twice. */
static Py_ssize_t
size_of(PyObject *op)
{
    Py_ssize_t size;
    Py_BEGIN_CRITICAL_SECTION(op);
    size = ((Node *)op)->size;
    Py_END_CRITICAL_SECTION();
    return size;
}

static PyObject *
node_double(PyObject *op, PyObject *unused)
{
    Py_BEGIN_CRITICAL_SECTION(op);
    ((Node *)op)->size += size_of(op);
    Py_END_CRITICAL_SECTION();
    Py_RETURN_NONE;
}

/* 4: computed first, then tested and set. */
static PyObject *
node_text(PyObject *op, PyObject *format)
{
    Node *self = (Node *)op;
    PyObject *result, *text = PyObject_Format(op, format);
    if (text == NULL)
        return NULL;
    Py_BEGIN_CRITICAL_SECTION(op);
    if (self->text == NULL)
        self->text = Py_NewRef(text);
    result = Py_NewRef(self->text);
    Py_END_CRITICAL_SECTION();
    Py_DECREF(text);
    return result;
}

/* 5: tested again. */
static PyObject *
node_items(PyObject *op, PyObject *name)
{
    Node *self = (Node *)op;
    PyObject *result;
    Py_BEGIN_CRITICAL_SECTION(op);
    if (self->items == NULL) {
        PyObject *items = PyObject_Str(name);
        if (self->items == NULL)
            self->items = items;
        else
            Py_XDECREF(items);
    }
    result = Py_XNewRef(self->items);
    Py_END_CRITICAL_SECTION();
    return result;
}

/* 6: nothing in between that runs Python code. */
static PyObject *
node_fill(PyObject *op, PyObject *unused)
{
    Node *self = (Node *)op;
    Py_BEGIN_CRITICAL_SECTION(op);
    if (self->items == NULL)
        self->items = PyLong_FromSsize_t(self->size);
    Py_END_CRITICAL_SECTION();
    Py_RETURN_NONE;
}

/* 7: a section on a PySequence_Fast, or on what it was made of. */
static PyObject *
sum(PyObject *module, PyObject *arg)
{
    PyObject *fast = PySequence_Fast(arg, "sequence");
    Py_ssize_t n;
    if (fast == NULL)
        return NULL;
    Py_BEGIN_CRITICAL_SECTION(fast);
    n = PySequence_Fast_GET_SIZE(fast);
    Py_END_CRITICAL_SECTION();
    Py_BEGIN_CRITICAL_SECTION(arg);
    n += PySequence_Fast_GET_SIZE(fast);
    Py_END_CRITICAL_SECTION();
    Py_DECREF(fast);
    return PyLong_FromSsize_t(n);
}

/* 8: a flag is the same whoever sets it. */
static PyObject *
node_ready(PyObject *op, PyObject *arg)
{
    Node *self = (Node *)op;
    Py_BEGIN_CRITICAL_SECTION(op);
    if (!self->ready) {
        Py_XDECREF(PyObject_Str(arg));
        self->ready = 1;
    }
    Py_END_CRITICAL_SECTION();
    Py_RETURN_NONE;
}

/* 9: one section after the other. */
static PyObject *
node_swap(PyObject *op, PyObject *other)
{
    Py_ssize_t size;
    Py_BEGIN_CRITICAL_SECTION(other);
    size = ((Node *)other)->size;
    Py_END_CRITICAL_SECTION();
    Py_BEGIN_CRITICAL_SECTION(op);
    ((Node *)op)->size = size;
    Py_END_CRITICAL_SECTION();
    Py_RETURN_NONE;
}

static PyMethodDef node_methods[] = {
    {"move", node_move, METH_O, NULL},
    {"take", node_take, METH_O, NULL},
    {"double", node_double, METH_NOARGS, NULL},
    {"text", node_text, METH_O, NULL},
    {"items", node_items, METH_O, NULL},
    {"fill", node_fill, METH_NOARGS, NULL},
    {"ready", node_ready, METH_O, NULL},
    {"swap", node_swap, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject node_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "safe.Node",
    .tp_basicsize = sizeof(Node),
    .tp_methods = node_methods,
};

static PyMethodDef methods[] = {
    {"sum", sum, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "safe", NULL, -1, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_safe(void)
{
    if (PyType_Ready(&node_type) < 0)
        return NULL;
    return PyModule_Create(&module);
}
