// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What traverse-refcount must not find, whatever the confidence.

// expect: none
// RUN: %scan --select traverse-refcount --min-confidence low --format concise --exit-zero %s \
// RUN:   | %FileCheck --allow-empty --check-prefix=NONE %s
// NONE-NOT: [traverse-refcount]

#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *first;
  PyObject *second;
  char *buffer;
  Py_ssize_t n;
  PyObject **items;
} Node;

typedef struct {
  Node base;
  PyObject *third;
} Sub;

// Fields, the type, the managed dict, in a loop.
static int node_traverse(PyObject *op, visitproc visit, void *arg) {
  Node *self = (Node *)op;
  Py_VISIT(Py_TYPE(op));
  Py_VISIT(self->first);
  Py_VISIT(self->second);
  for (Py_ssize_t i = 0; i < self->n; i++)
    Py_VISIT(self->items[i]);
  return PyObject_VisitManagedDict(op, visit, arg);
}

// Releases are what tp_clear is for; buffers are not visited.
static int node_clear(PyObject *op) {
  Node *self = (Node *)op;
  Py_CLEAR(self->first);
  PyObject *old = self->second;
  self->second = NULL;
  Py_XDECREF(old);
  PyMem_Free(self->buffer);
  self->buffer = NULL;
  PyObject_ClearManagedDict(op);
  return 0;
}
static PyType_Slot node_slots[] = {
    {Py_tp_traverse, (void *)node_traverse},
    {Py_tp_clear, (void *)node_clear},
    {0, NULL},
};
PyType_Spec node_spec = {"m.Node", sizeof(Node), 0, 0, node_slots};

// A base type's traversal, direct and through its slot; both clear alike.
static int sub_traverse(PyObject *op, visitproc visit, void *arg) {
  Py_VISIT(((Sub *)op)->third);
  return node_traverse(op, visit, arg);
}
static int sub_clear(PyObject *op) {
  Py_CLEAR(((Sub *)op)->third);
  return node_clear(op);
}
static PyType_Slot sub_slots[] = {
    {Py_tp_traverse, (void *)sub_traverse},
    {Py_tp_clear, (void *)sub_clear},
    {0, NULL},
};
PyType_Spec sub_spec = {"m.Sub", sizeof(Sub), 0, 0, sub_slots};

static int dict_traverse(PyObject *op, visitproc visit, void *arg) {
  return PyDict_Type.tp_traverse(op, visit, arg);
}
PyTypeObject DictType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "m.Dict",
    .tp_traverse = dict_traverse,
};

// A helper that visits, a checked cast, a macro of the project.
#define VISIT_BOTH(self)                                                       \
  do {                                                                         \
    Py_VISIT((self)->first);                                                   \
    Py_VISIT((self)->second);                                                  \
  } while (0)
static int visit_node(Node *self, visitproc visit, void *arg) {
  VISIT_BOTH(self);
  return 0;
}
static int helper_traverse(PyObject *op, visitproc visit, void *arg) {
  if (PyList_Check(op) || PyTuple_CheckExact(op))
    return 0;
  return visit_node((Node *)op, visit, arg);
}
static PyType_Slot helper_slots[] = {
    {Py_tp_traverse, (void *)helper_traverse},
    {Py_tp_clear, (void *)node_clear},
    {0, NULL},
};
PyType_Spec helper_spec = {"m.Helper", sizeof(Node), 0, 0, helper_slots};

// The same field on two paths that exclude each other, and a list walked.
struct link { struct link *next; PyObject *value; };
typedef struct { PyObject_HEAD struct link *head; PyObject *value; int on; } Chain;
static int chain_traverse(PyObject *op, visitproc visit, void *arg) {
  Chain *self = (Chain *)op;
  for (struct link *l = self->head; l != NULL; l = l->next)
    Py_VISIT(l->value);
  if (self->on)
    Py_VISIT(self->value);
  else
    Py_VISIT(self->value);
  return 0;
}
PyTypeObject ChainType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "m.Chain",
    .tp_traverse = chain_traverse,
};

// Memory of the C library holds no objects.
static int scratch_traverse(PyObject *op, visitproc visit, void *arg) {
  size_t *seen = malloc(sizeof(size_t));
  free(seen);
  Py_VISIT(((Node *)op)->first);
  return 0;
}
PyTypeObject ScratchType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "m.Scratch",
    .tp_traverse = scratch_traverse,
};

// Always one for the collector; and a slot only where there is a GIL.
static int always_gc(PyObject *op) { return 1; }
static int maybe_gc(PyObject *op) { return ((Node *)op)->n > 0; }
PyTypeObject GcType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "m.Gc",
    .tp_is_gc = always_gc,
};
PyTypeObject GilType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "m.Gil",
#ifndef Py_GIL_DISABLED
    .tp_is_gc = maybe_gc,
#endif
};
int uses_maybe_gc(PyObject *op) { return maybe_gc(op); }

// Outside of a traversal references are taken freely.
static PyObject *get_first(PyObject *op, void *closure) {
  return Py_XNewRef(((Node *)op)->first);
}
PyGetSetDef node_getset[] = {
    {"first", get_first, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
