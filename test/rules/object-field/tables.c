// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// object-field where functions are reached through a table of the extension:
// they run where it calls through the field, with what is held there.

#include <Python.h>

typedef struct Codec Codec;

struct Operations {
  void (*start)(Codec *);
  void (*feed)(Codec *, char);
  void (*drain)(Codec *);
};

struct Codec {
  PyObject_HEAD
  const struct Operations *operations;
  char *buffer;
  Py_ssize_t used;
};

static void plain_start(Codec *self) {
  self->buffer = PyMem_Malloc(64); // only while the object is made
}

static void plain_feed(Codec *self, char byte) {
  self->buffer[self->used++] = byte; // expect: object-field high
}

static void plain_drain(Codec *self) {
  PyMem_Free(self->buffer); // under the section of its only caller
  self->buffer = PyMem_Malloc(64);
}

static const struct Operations plain = {plain_start, plain_feed, plain_drain};

static PyObject *codec_new(PyTypeObject *type, PyObject *args, PyObject *kw) {
  Codec *self = (Codec *)type->tp_alloc(type, 0);
  if (!self)
    return NULL;
  self->operations = &plain;
  self->operations->start(self);
  return (PyObject *)self;
}

static PyObject *codec_feed(Codec *self, PyObject *unused) {
  self->operations->feed(self, 'x');
  Py_RETURN_NONE;
}

static PyObject *codec_drain(Codec *self, PyObject *unused) {
  Py_BEGIN_CRITICAL_SECTION(self);
  (*self->operations->drain)(self);
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}

static PyMethodDef codec_methods[] = {
    {"feed", (PyCFunction)codec_feed, METH_NOARGS, 0},
    {"drain", (PyCFunction)codec_drain, METH_NOARGS, 0},
    {0, 0, 0, 0}};

static PyType_Slot codec_slots[] = {{Py_tp_new, (void *)codec_new},
                                    {Py_tp_methods, codec_methods},
                                    {0, 0}};
