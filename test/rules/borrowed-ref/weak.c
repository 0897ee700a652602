// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tables of the extension that do not own what they hold.

#include <Python.h>

typedef struct {
    PyObject_HEAD
    long value;
    PyObject *attached;
} Node;

int PyUnstable_TryIncRef(PyObject *); // 3.14

static PyTypeObject Node_Type;
static PyMutex table_lock;
static Node *table[64];
static PyObject *last;
static PyObject *owned;

/* 1: found under the lock, but its count may be zero already. */
static PyObject *
intern(PyObject *self, PyObject *arg)
{
    long value = PyLong_AsLong(arg);
    PyMutex_Lock(&table_lock);
    Node *node = table[value & 63];
    if (node != NULL && node->value == value) {
        Py_INCREF(node); // expect: borrowed-ref medium
        PyMutex_Unlock(&table_lock);
        return (PyObject *)node;
    }
    node = PyObject_New(Node, &Node_Type);
    if (node != NULL) {
        node->value = value;
        table[value & 63] = node;
    }
    PyMutex_Unlock(&table_lock);
    return (PyObject *)node;
}

/* 2: the last one made. */
static PyObject *
latest(PyObject *self, PyObject *unused)
{
    return Py_XNewRef(last); // expect: borrowed-ref medium
}

/* 3: SAFE: the count is raised only if it is not zero. */
static PyObject *
latest_or_none(PyObject *self, PyObject *unused)
{
    PyObject *found = last;
    if (found != NULL && PyUnstable_TryIncRef(found))
        return found;
    Py_RETURN_NONE;
}

/* 4: SAFE: a static that owns what it holds. */
static PyObject *
get_owned(PyObject *self, PyObject *unused)
{
    return Py_XNewRef(owned);
}

/* 5: SAFE: the object's own field. */
static PyObject *
node_attached(PyObject *op, void *closure)
{
    return Py_XNewRef(((Node *)op)->attached);
}

static void
node_dealloc(PyObject *op)
{
    Node *self = (Node *)op;
    PyMutex_Lock(&table_lock);
    if (table[self->value & 63] == self)
        table[self->value & 63] = NULL;
    if (last == op)
        last = NULL;
    PyMutex_Unlock(&table_lock);
    Py_CLEAR(owned);
    Py_CLEAR(self->attached);
    PyObject_Free(self);
}

static PyMethodDef methods[] = {
    {"intern", intern, METH_O, NULL},
    {"latest", latest, METH_NOARGS, NULL},
    {"latest_or_none", latest_or_none, METH_NOARGS, NULL},
    {"get_owned", get_owned, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef getset[] = {
    {"attached", node_attached, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyTypeObject Node_Type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "weak.Node",
    .tp_basicsize = sizeof(Node),
    .tp_dealloc = node_dealloc,
    .tp_getset = getset,
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "weak", NULL, 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit_weak(void) { return PyModuleDef_Init(&module); }
