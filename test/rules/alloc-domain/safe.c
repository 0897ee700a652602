// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What alloc-domain must not find, whatever the confidence.

// expect: none
// RUN: %scan --select alloc-domain --min-confidence low --format concise --exit-zero %s \
// RUN:   | %FileCheck --allow-empty --check-prefix=NONE %s
// NONE-NOT: [alloc-domain]

#include <Python.h>

typedef struct {
  PyObject_HEAD
  char *text;
  int owned;
  void *block;
} Buffer;
static PyTypeObject BufferType;

// Memory that becomes an object: by PyObject_Init(), by type, by a helper.
static PyObject *make(PyObject *self, PyObject *unused) {
  PyObject *op = PyObject_Malloc(sizeof(Buffer));
  if (op == NULL)
    return PyErr_NoMemory();
  return PyObject_Init(op, &BufferType);
}
static void *object_memory(size_t n) { return PyObject_Malloc(n); }
static PyObject *make_typed(PyObject *self, PyObject *unused) {
  Buffer *b = object_memory(sizeof(Buffer));
  if (b == NULL)
    return PyErr_NoMemory();
  PyObject_INIT(b, &BufferType);
  b->text = NULL;
  return (PyObject *)b;
}

// A free list of objects, under the lock of whoever calls.
static Buffer *free_list;
static PyObject *from_list(void) {
  Buffer *b = free_list;
  if (b == NULL)
    b = (Buffer *)PyObject_Malloc(sizeof(Buffer));
  return b == NULL ? NULL : PyObject_Init((PyObject *)b, &BufferType);
}

// Pairs that fit: local, in a loop, through a field.
static PyObject *set_text(PyObject *op, PyObject *arg) {
  Buffer *self = (Buffer *)op;
  char *copy = PyMem_New(char, 64);
  PyMem_Resize(copy, char, 128);
  if (copy == NULL)
    return PyErr_NoMemory();
  PyMem_Free(self->text);
  self->text = copy;
  for (int i = 0; i < 3; i++) {
    wchar_t *wide = PyUnicode_AsWideCharString(arg, NULL);
    PyMem_Free(wide);
  }
  Py_XDECREF(from_list());
  Py_RETURN_NONE;
}
static void buffer_dealloc(PyObject *op) {
  Buffer *self = (Buffer *)op;
  PyMem_Del(self->text);
  if (self->owned)
    free(self->block);
  else
    PyMem_Free(self->block);
  PyObject_Del(op);
}

// A flag tells two kinds of blocks in one field apart.
static PyObject *lend(PyObject *op, PyObject *unused) {
  Buffer *self = (Buffer *)op;
  self->owned = 1;
  self->block = malloc(16);
  Py_RETURN_NONE;
}
static PyObject *give(PyObject *op, PyObject *unused) {
  Buffer *self = (Buffer *)op;
  self->owned = 0;
  self->block = PyMem_Malloc(16);
  Py_RETURN_NONE;
}

// Wrappers of the project, one macro per domain.
#define xmalloc(n) PyMem_RawMalloc(n)
#define xfree(p) PyMem_RawFree(p)
static PyObject *work(PyObject *self, PyObject *unused) {
  char *scratch = xmalloc(32);
  if (scratch == NULL)
    return PyErr_NoMemory();
  Py_BEGIN_ALLOW_THREADS
  memset(scratch, 0, 32);
  xfree(scratch);
  Py_END_ALLOW_THREADS
  Py_RETURN_NONE;
}

// The right one in the branch that is compiled.
static PyObject *branch(PyObject *self, PyObject *unused) {
#ifdef Py_GIL_DISABLED
  void *block = PyMem_Malloc(8);
  PyMem_Free(block);
#else
  void *block = PyObject_Malloc(8);
  PyObject_Free(block);
#endif
  Py_RETURN_NONE;
}

// Objects by their own functions; tp_doc by the function CPython expects.
static PyObject *buffer_new(PyTypeObject *type, PyObject *args, PyObject *kw) {
  return type->tp_alloc(type, 0);
}
static PyObject *make_type(PyTypeObject *meta, PyObject *args, PyObject *kw) {
  PyTypeObject *type = (PyTypeObject *)meta->tp_alloc(meta, 0);
  if (type == NULL)
    return NULL;
  char *doc = PyMem_Malloc(32);
  if (doc != NULL)
    strcpy(doc, "made at run time");
  type->tp_doc = doc;
  return (PyObject *)type;
}

static PyMethodDef methods[] = {
    {"make", make, METH_NOARGS, NULL},
    {"make_typed", make_typed, METH_NOARGS, NULL},
    {"set_text", set_text, METH_O, NULL},
    {"lend", lend, METH_NOARGS, NULL},
    {"give", give, METH_NOARGS, NULL},
    {"work", work, METH_NOARGS, NULL},
    {"branch", branch, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};
static PyTypeObject BufferType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "m.Buffer",
    .tp_basicsize = sizeof(Buffer),
    .tp_dealloc = buffer_dealloc,
    .tp_methods = methods,
    .tp_new = buffer_new,
    .tp_free = PyObject_Del,
};
PyTypeObject MetaType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "m.Meta",
    .tp_doc = "static storage is nobody's to release",
    .tp_new = make_type,
};
