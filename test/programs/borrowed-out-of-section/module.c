// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What writes, and the module.

#include "node.h"

int
node_set_parent(PyObject *op, PyObject *value, void *closure)
{
    Py_BEGIN_CRITICAL_SECTION(op);
    Py_XSETREF(((Node *)op)->parent, Py_XNewRef(value));
    Py_END_CRITICAL_SECTION();
    return 0;
}

static PyObject *
node_append(PyObject *op, PyObject *item)
{
    if (PyList_Append(((Node *)op)->children, item) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
node_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    Node *self = (Node *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    self->name = PyUnicode_FromString("node");
    self->children = PyList_New(0);
    return (PyObject *)self;
}

static PyMethodDef node_methods[] = {
    {"first", node_first, METH_NOARGS, NULL},
    {"append", node_append, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef node_getset[] = {
    {"parent", node_get_parent, node_set_parent, NULL, NULL},
    {"name", node_get_name, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyTypeObject node_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "node.Node",
    .tp_basicsize = sizeof(Node),
    .tp_new = node_new,
    .tp_methods = node_methods,
    .tp_getset = node_getset,
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "node", NULL, -1, NULL, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_node(void)
{
    if (PyType_Ready(&node_type) < 0)
        return NULL;
    return PyModule_Create(&module);
}
