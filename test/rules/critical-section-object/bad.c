// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What critical-section-object must find, one shape of real code per function.

// RUN: %scan --select critical-section-object --format full --exit-zero %s | %FileCheck %s

#include <Python.h>

typedef struct {
    PyObject_HEAD
    PyObject *text;
    PyObject *items;
    PyObject *parent;
    Py_ssize_t size;
} Node;

static PyObject *registry;

/* 1: the outer object is changed inside the inner section. */
static PyObject *
node_move(PyObject *op, PyObject *other)
{
    Node *a = (Node *)op, *b = (Node *)other;
    Py_BEGIN_CRITICAL_SECTION(op);
    // CHECK: [[@LINE+3]]:{{.*}}warning: critical section on 'other' suspends the one on 'op', which is used inside
    // CHECK: why: When another thread holds the inner object
    // CHECK: note: the outer section begins here
    Py_BEGIN_CRITICAL_SECTION(other); // expect: critical-section-object medium
    a->size += b->size;
    b->size = 0;
    Py_END_CRITICAL_SECTION();
    Py_END_CRITICAL_SECTION();
    Py_RETURN_NONE;
}

/* 2: only read, but both have to agree. */
static PyObject *
node_equal(PyObject *op, PyObject *other)
{
    int same;
    Py_BEGIN_CRITICAL_SECTION(op);
    Py_BEGIN_CRITICAL_SECTION(other); // expect: critical-section-object medium
    same = ((Node *)op)->size == ((Node *)other)->size;
    Py_END_CRITICAL_SECTION();
    Py_END_CRITICAL_SECTION();
    return PyBool_FromLong(same);
}

/* 3: a list that is walked under the outer section. */
static PyObject *
node_extend(PyObject *op, PyObject *list)
{
    Node *self = (Node *)op;
    Py_BEGIN_CRITICAL_SECTION(list);
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        Py_BEGIN_CRITICAL_SECTION(op); // expect: critical-section-object medium
        PyObject *item = PyList_GET_ITEM(list, i);
        Py_XSETREF(self->text, Py_NewRef(item));
        Py_END_CRITICAL_SECTION();
    }
    Py_END_CRITICAL_SECTION();
    Py_RETURN_NONE;
}

/* 4: set on first use, with Python code between test and store. */
static PyObject *
node_text(PyObject *op, PyObject *format)
{
    Node *self = (Node *)op;
    PyObject *result;
    Py_BEGIN_CRITICAL_SECTION(op);
    if (self->text == NULL)
        // CHECK: 'text' may have been set since it was tested: 'PyObject_Format' can suspend critical section on 'op'
        // expect-next: critical-section-object medium
        self->text = PyObject_Format(op, format);
    result = Py_XNewRef(self->text);
    Py_END_CRITICAL_SECTION();
    return result;
}

/* 5: the same in a helper, by two calls. */
static PyObject *
load(PyObject *name)
{
    PyObject *module = PyImport_Import(name);
    if (module == NULL)
        return NULL;
    PyObject *items = PyObject_GetAttrString(module, "items");
    Py_DECREF(module);
    return items;
}

static PyObject *
node_items(PyObject *op, PyObject *name)
{
    Node *self = (Node *)op;
    PyObject *result = NULL;
    Py_BEGIN_CRITICAL_SECTION(op);
    if (!self->items) {
        PyObject *items = load(name);
        if (items == NULL)
            goto done;
        self->items = items; // expect: critical-section-object medium
    }
    result = Py_NewRef(self->items);
done:;
    Py_END_CRITICAL_SECTION();
    return result;
}

/* 6: detached in between. */
static PyObject *
node_parent(PyObject *op, PyObject *unused)
{
    Node *self = (Node *)op;
    PyObject *result;
    Py_BEGIN_CRITICAL_SECTION(op);
    if (self->parent == NULL) {
        Py_BEGIN_ALLOW_THREADS
        self->size = 1;
        Py_END_ALLOW_THREADS
        self->parent = PyList_New(0); // expect: critical-section-object medium
    }
    result = Py_XNewRef(self->parent);
    Py_END_CRITICAL_SECTION();
    return result;
}

/* 7: a section on the object just made. */
static PyObject *
register_name(PyObject *module, PyObject *name)
{
    PyObject *entry = PyList_New(0);
    if (entry == NULL)
        return NULL;
    // CHECK: locks an object that no other thread can reach
    Py_BEGIN_CRITICAL_SECTION(entry); // expect: critical-section-object medium
    Py_XSETREF(registry, Py_NewRef(name));
    Py_END_CRITICAL_SECTION();
    return entry;
}

static PyMethodDef node_methods[] = {
    {"move", node_move, METH_O, NULL},
    {"equal", node_equal, METH_O, NULL},
    {"extend", node_extend, METH_O, NULL},
    {"text", node_text, METH_O, NULL},
    {"items", node_items, METH_O, NULL},
    {"parent", node_parent, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject node_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "bad.Node",
    .tp_basicsize = sizeof(Node),
    .tp_methods = node_methods,
};

static PyMethodDef methods[] = {
    {"register_name", register_name, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "bad", NULL, -1, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_bad(void)
{
    if (PyType_Ready(&node_type) < 0)
        return NULL;
    return PyModule_Create(&module);
}
