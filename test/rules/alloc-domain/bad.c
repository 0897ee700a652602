// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What alloc-domain must find, one shape of real code per group.

// RUN: %scan --select alloc-domain --exit-zero %s | %FileCheck %s

#include <Python.h>

typedef struct {
  PyObject_HEAD
  char *text;
  double *values;
  wchar_t *wide;
  void *raw;
} Buffer;
static PyTypeObject BufferType;

// A string in the object heap, released in the same function.
static PyObject *join(PyObject *self, PyObject *arg) {
  Py_ssize_t n = PyUnicode_GetLength(arg);
  // CHECK: [[@LINE+5]]:15: warning: 'PyObject_Malloc' allocates memory that never becomes an object
  // CHECK: why: Free-threaded builds keep that heap for objects.
  // CHECK: help: Allocate it with PyMem_Malloc() and release it with PyMem_Free()
  // CHECK: released here; change it, too
  // expect-next: alloc-domain high
  char *out = PyObject_Malloc(n + 1);
  if (out == NULL)
    return PyErr_NoMemory();
  memset(out, ' ', n);
  PyObject *result = PyUnicode_FromStringAndSize(out, n);
  PyObject_Free(out);
  return result;
}

// A context allocated and released far apart, behind a macro of the project.
typedef struct { int depth; char *end; } Context;
#define NEW(T) ((T *)PyObject_MALLOC(sizeof(T)))
static Context *begin(void) {
  Context *c = NEW(Context); // expect: alloc-domain high
  if (c != NULL)
    c->depth = 0;
  return c;
}
static void end(Context *c) {
  PyObject_FREE(c); // expect: alloc-domain high
}
static PyObject *encode(PyObject *self, PyObject *arg) {
  Context *c = begin();
  if (c == NULL)
    return PyErr_NoMemory();
  PyObject *depth = PyLong_FromLong(c->depth);
  end(c);
  return depth;
}

// An array that grows in a loop, kept in a field.
static PyObject *grow(PyObject *op, PyObject *arg) {
  Buffer *self = (Buffer *)op;
  for (size_t n = 8; n < 64; n *= 2) {
    // expect-next: alloc-domain high
    double *more = PyObject_Realloc(self->values, n * sizeof(double));
    if (more == NULL)
      return PyErr_NoMemory();
    self->values = more;
  }
  Py_RETURN_NONE;
}

// Allocated here, released by another allocator in the destructor.
static PyObject *set_text(PyObject *op, PyObject *arg) {
  Buffer *self = (Buffer *)op;
  self->text = PyMem_Malloc(64);
  self->wide = PyUnicode_AsWideCharString(arg, NULL);
  self->raw = PyMem_RawMalloc(16);
  Py_RETURN_NONE;
}
static void buffer_dealloc(PyObject *op) {
  Buffer *self = (Buffer *)op;
  free(self->text);     // expect: alloc-domain high
  PyMem_RawFree(self->wide); // expect: alloc-domain high
  PyMem_Free(self->raw);     // expect: alloc-domain high
  Py_TYPE(op)->tp_free(op);
}

// The wrong way on one of two ways out.
static PyObject *parse(PyObject *self, PyObject *arg) {
  char *copy = strdup("text");
  if (copy == NULL)
    return PyErr_NoMemory();
  if (!PyUnicode_Check(arg)) {
    PyMem_Free(copy); // expect: alloc-domain high
    return NULL;
  }
  PyObject *result = PyUnicode_FromString(copy);
  free(copy);
  return result;
}

// Resized by another allocator, through a helper that takes an address.
static int reserve(void **block, size_t n) {
  void *more = realloc(*block, n); // expect: alloc-domain high
  if (more == NULL)
    return -1;
  *block = more;
  return 0;
}
static PyObject *resize(PyObject *self, PyObject *arg) {
  void *block = PyMem_Calloc(1, 16);
  if (block == NULL || reserve(&block, 32) < 0)
    return PyErr_NoMemory();
  Py_RETURN_NONE;
}

// Objects that come from elsewhere, or go elsewhere.
static PyObject *make(PyObject *self, PyObject *unused) {
  PyObject *op = (PyObject *)malloc(sizeof(Buffer)); // expect: alloc-domain high
  if (op == NULL)
    return PyErr_NoMemory();
  return PyObject_Init(op, &BufferType);
}
static PyObject *discard(PyObject *self, PyObject *unused) {
  Buffer *b = PyObject_New(Buffer, &BufferType);
  if (b == NULL)
    return NULL;
  PyMem_Free(b); // expect: alloc-domain high
  Py_RETURN_NONE;
}
static void free_dealloc(PyObject *op) {
  free(op); // expect: alloc-domain high
}
PyTypeObject FreeType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "m.Free",
    .tp_dealloc = free_dealloc,
};
PyTypeObject SlotType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "m.Slot",
    .tp_free = free, // expect: alloc-domain high
};

// The documentation string of a type made at run time, which CPython releases.
static PyObject *make_type(PyTypeObject *meta, PyObject *args, PyObject *kw) {
  PyTypeObject *type = (PyTypeObject *)meta->tp_alloc(meta, 0);
  if (type == NULL)
    return NULL;
  char *doc = NULL;
  if (kw != NULL) {
    doc = (char *)PyObject_MALLOC(32); // expect: alloc-domain high
    if (doc != NULL)
      strcpy(doc, "made at run time");
  }
  type->tp_doc = doc;
  return (PyObject *)type;
}

static PyMethodDef methods[] = {
    {"join", join, METH_O, NULL},
    {"encode", encode, METH_O, NULL},
    {"grow", grow, METH_O, NULL},
    {"set_text", set_text, METH_O, NULL},
    {"parse", parse, METH_O, NULL},
    {"resize", resize, METH_O, NULL},
    {"make", make, METH_NOARGS, NULL},
    {"discard", discard, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};
static PyTypeObject BufferType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "m.Buffer",
    .tp_basicsize = sizeof(Buffer),
    .tp_dealloc = buffer_dealloc,
    .tp_methods = methods,
};
PyTypeObject MetaType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "m.Meta",
    .tp_new = make_type,
};

// A block is in the wrong heap whoever put it there: at initialisation, too.
static int *table;
static int exec_module(PyObject *module) {
  table = PyObject_Calloc(256, sizeof(int)); // expect: alloc-domain high
  return table == NULL ? -1 : 0;
}
static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, (void *)exec_module},
    {0, NULL},
};
static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "m", NULL, 0, NULL, slots, NULL, NULL, NULL,
};
PyMODINIT_FUNC PyInit_m(void) { return PyModuleDef_Init(&module); }
