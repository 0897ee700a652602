// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What traverse-refcount must find, one shape of real code per type.

// RUN: %scan --select traverse-refcount --exit-zero %s | %FileCheck %s

#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *first;
  PyObject *second;
  PyObject *third;
  PyMutex lock;
  Py_ssize_t n;
  PyObject **items;
} Node;

// A reference held around the visit.
static int hold_traverse(PyObject *op, visitproc visit, void *arg) {
  Node *self = (Node *)op;
  PyObject *held = Py_XNewRef(self->first); // expect: traverse-refcount high
  Py_VISIT(held);
  Py_XDECREF(held);
  return 0;
}
static PyType_Slot hold_slots[] = {
    {Py_tp_traverse, (void *)hold_traverse},
    {0, NULL},
};
PyType_Spec hold_spec = {"m.Hold", sizeof(Node), 0, 0, hold_slots};

// Two helpers down; the trace shows the way.
static PyObject *get_state(Node *self) {
  // CHECK: [[@LINE+6]]:10: warning: 'PyObject_GetAttrString' changes a reference count inside tp_traverse
  // CHECK: why: The collector calls this while every other thread is stopped
  // CHECK: the collector enters here, as tp_traverse
  // CHECK: 'deep_traverse' calls 'visit_state' here
  // CHECK: 'visit_state' calls 'get_state' here
  // expect-next: traverse-refcount high
  return PyObject_GetAttrString(self->first, "state");
}
static int visit_state(Node *self, visitproc visit, void *arg) {
  PyObject *state = get_state(self);
  Py_VISIT(state);
  return 0;
}
static int deep_traverse(Node *self, visitproc visit, void *arg) {
  return visit_state(self, visit, arg);
}
static PyType_Slot deep_slots[] = {
    {Py_tp_traverse, (void *)deep_traverse},
    {0, NULL},
};
PyType_Spec deep_spec = {"m.Deep", sizeof(Node), 0, 0, deep_slots};

// A lock around a loop, in a static type.
static int lock_traverse(PyObject *op, visitproc visit, void *arg) {
  Node *self = (Node *)op;
  PyMutex_Lock(&self->lock); // expect: traverse-refcount high
  for (Py_ssize_t i = 0; i < self->n; i++)
    Py_VISIT(self->items[i]);
  PyMutex_Unlock(&self->lock);
  return 0;
}
PyTypeObject LockType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "m.Lock",
    .tp_traverse = lock_traverse,
};

// A critical section, behind the project's macro.
#define LOCKED(op) Py_BEGIN_CRITICAL_SECTION(op)
#define UNLOCKED Py_END_CRITICAL_SECTION()
static int section_traverse(PyObject *op, visitproc visit, void *arg) {
  Node *self = (Node *)op;
  int result = 0;
  LOCKED(op); // expect: traverse-refcount high
  if (self->first)
    result = visit(self->first, arg);
  UNLOCKED;
  return result;
}
PyTypeObject SectionType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "m.Section",
    .tp_traverse = section_traverse,
};

// New objects, and Python code.
static int build_traverse(PyObject *op, visitproc visit, void *arg) {
  PyObject *list = PyList_New(0); // expect: traverse-refcount high
  Py_VISIT(list);
  if (PyObject_IsTrue(((Node *)op)->first)) // expect: traverse-refcount medium
    Py_VISIT(((Node *)op)->first);
  return 0;
}
PyTypeObject BuildType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "m.Build",
    .tp_traverse = build_traverse,
};

// One field of three forgotten; the finding stands where it would go.
static int forget_traverse(PyObject *op, visitproc visit, void *arg) {
  Node *self = (Node *)op;
  Py_VISIT(self->first); // expect: traverse-refcount medium
  Py_VISIT(self->third);
  return 0;
}
static int forget_clear(PyObject *op) {
  Node *self = (Node *)op;
  Py_CLEAR(self->first);
  Py_CLEAR(self->second);
  Py_CLEAR(self->third);
  return 0;
}
static PyType_Slot forget_slots[] = {
    {Py_tp_traverse, (void *)forget_traverse},
    {Py_tp_clear, (void *)forget_clear},
    {0, NULL},
};
PyType_Spec forget_spec = {"m.Forget", sizeof(Node), 0, 0, forget_slots};

// A field visited twice, the second time on a path of its own.
static int twice_traverse(PyObject *op, visitproc visit, void *arg) {
  Node *self = (Node *)op;
  Py_VISIT(self->first);
  if (self->n > 0)
    Py_VISIT(self->first); // expect: traverse-refcount medium
  return 0;
}
PyTypeObject TwiceType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "m.Twice",
    .tp_traverse = twice_traverse,
};

// A type that denies some of its objects.
static int maybe_is_gc(PyObject *op) { return ((Node *)op)->n > 0; }
PyTypeObject MaybeType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "m.Maybe",
    .tp_is_gc = maybe_is_gc, // expect: traverse-refcount high
};

// The module's own traversal.
static int module_traverse(PyObject *module, visitproc visit, void *arg) {
  PyObject *dict = PyModule_GetDict(module);
  Py_INCREF(dict); // expect: traverse-refcount high
  Py_VISIT(dict);
  Py_DECREF(dict);
  return 0;
}
struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "m", NULL, 0, NULL, NULL, module_traverse, NULL, NULL,
};
