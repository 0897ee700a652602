// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What object-field must find, one shape of real code per structure.

// RUN: %scan --select object-field --format full --exit-zero %s | %FileCheck %s

#include <Python.h>
#include <stddef.h>

// 1: setter and getter of an owned reference.
typedef struct {
  PyObject_HEAD
  PyObject *value;
} Box;

static PyObject *box_get(PyObject *op, void *closure) {
  Box *self = (Box *)op;
  Py_INCREF(self->value); // expect: object-field high
  return self->value;
}

// CHECK: [[@LINE+5]]:3: warning: 'value' of 'Box' is replaced without a lock
// CHECK: why: {{.*}}Two threads with the same object, one in setter of 'value' and one in getter of 'value', can read the same old reference
// CHECK: help: Hold Py_BEGIN_CRITICAL_SECTION on the object
static int box_set(PyObject *op, PyObject *value, void *closure) {
  Py_INCREF(value);
  Py_XSETREF(((Box *)op)->value, value); // expect: object-field high
  return 0;
}

static PyGetSetDef box_getset[] = {
    {"value", box_get, box_set, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

// 2: a reference that is moved out.
typedef struct {
  PyObject_HEAD
  PyObject *pending;
} Queue;

static PyObject *queue_take(Queue *self, PyObject *unused) {
  PyObject *result = self->pending;
  if (result == NULL)
    Py_RETURN_NONE;
  self->pending = NULL; // expect: object-field high
  return result;
}

// 3: a buffer that grows, and its reader.
typedef struct {
  PyObject_HEAD
  char *data;
  Py_ssize_t size;
} Buffer;

static PyObject *buffer_grow(Buffer *self, PyObject *unused) {
  char *data = PyMem_Realloc(self->data, self->size * 2);
  if (data == NULL)
    return PyErr_NoMemory();
  self->data = data; // expect: object-field high
  self->size *= 2;
  Py_RETURN_NONE;
}

static PyObject *buffer_first(Buffer *self, PyObject *unused) {
  return PyLong_FromLong(self->data[0]); // expect: object-field high
}

// 4: the state of a C library, known by its prototypes.
typedef struct XState XState;
int xstate_update(XState *state, const char *data, Py_ssize_t size);
unsigned xstate_digest(const XState *state);
XState *xstate_new(void);

typedef struct {
  PyObject_HEAD
  XState *state;
} Hasher;

static PyObject *hasher_update(Hasher *self, PyObject *arg) {
  Py_BEGIN_ALLOW_THREADS
  xstate_update(self->state, "", 0); // expect: object-field medium
  Py_END_ALLOW_THREADS
  Py_RETURN_NONE;
}

static PyObject *hasher_digest(Hasher *self, PyObject *unused) {
  return PyLong_FromLong(xstate_digest(self->state)); // expect: object-field medium
}

// 5: made on first use.
typedef struct {
  PyObject_HEAD
  PyObject *dict;
} Lazy;

static PyObject *lazy_dict(Lazy *self, void *closure) {
  if (self->dict == NULL)
    self->dict = PyDict_New(); // expect: object-field medium
  Py_XINCREF(self->dict);
  return self->dict;
}

static PyGetSetDef lazy_getset[] = {
    {"dict", (getter)lazy_dict, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

// 6: the position of an iterator.
typedef struct {
  PyObject_HEAD
  Py_ssize_t index;
  Py_ssize_t end;
} Range;

static PyObject *range_next(PyObject *op) {
  Range *self = (Range *)op;
  if (self->index >= self->end)
    return NULL;
  return PyLong_FromSsize_t(self->index++); // expect: object-field medium
}

// 7: one path forgets the lock.
typedef struct {
  PyObject_HEAD
  PyMutex lock;
  PyObject *name;
} Named;

static PyObject *named_set(Named *self, PyObject *name) {
  PyMutex_Lock(&self->lock);
  PyObject *old = self->name;
  self->name = Py_NewRef(name);
  PyMutex_Unlock(&self->lock);
  Py_XDECREF(old);
  Py_RETURN_NONE;
}

static PyObject *named_get(Named *self, PyObject *unused) {
  return Py_NewRef(self->name); // expect: object-field high
}

// 8: the section of another object.
typedef struct {
  PyObject_HEAD
  PyObject *item;
} Node;

static PyObject *node_swap(Node *self, PyObject *arg) {
  Node *other = (Node *)arg;
  Py_BEGIN_CRITICAL_SECTION(self);
  PyObject *item = self->item;
  self->item = other->item;
  other->item = item; // expect: object-field high
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}

// 9: a busy flag that is tested and set without a lock.
typedef struct {
  PyObject_HEAD
  int busy;
} Stream;

static PyObject *stream_process(Stream *self, PyObject *unused) {
  if (self->busy) {
    PyErr_SetString(PyExc_RuntimeError, "busy");
    return NULL;
  }
  self->busy = 1; // expect: object-field medium
  Py_BEGIN_ALLOW_THREADS
  Py_END_ALLOW_THREADS
  self->busy = 0;
  Py_RETURN_NONE;
}

// 10: __init__ again, on an object that is in use.
typedef struct {
  PyObject_HEAD
  PyObject *wrapped;
} Proxy;

static int proxy_init(Proxy *self, PyObject *args, PyObject *kwargs) {
  PyObject *wrapped;
  if (!PyArg_ParseTuple(args, "O", &wrapped))
    return -1;
  Py_XSETREF(self->wrapped, Py_NewRef(wrapped)); // expect: object-field medium
  return 0;
}

static PyObject *proxy_repr(Proxy *self) {
  return PyObject_Repr(self->wrapped);
}

// 11: an attribute that Python assigns.
typedef struct {
  PyObject_HEAD
  PyObject *callback;
} Hook;

static PyMemberDef hook_members[] = {
    {"callback", _Py_T_OBJECT, offsetof(Hook, callback), 0, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyObject *hook_fire(Hook *self, PyObject *unused) {
  return PyObject_CallNoArgs(self->callback); // expect: object-field medium
}

// 12: a helper that is given the address of the field.
typedef struct {
  PyObject_HEAD
  PyObject *cached;
} Cached;

static void replace(PyObject **slot, PyObject *value) { *slot = value; }

static PyObject *cached_set(Cached *self, PyObject *value) {
  replace(&self->cached, Py_NewRef(value)); // expect: object-field medium
  Py_RETURN_NONE;
}

static PyObject *cached_get(Cached *self, PyObject *unused) {
  return Py_NewRef(self->cached);
}

// 13: a container that one call fills and empties.
typedef struct {
  PyObject_HEAD
  PyObject *memo;
} Scanner;

static PyObject *scan_once(Scanner *self, PyObject *text) {
  if (PyDict_SetItem(self->memo, text, text) < 0)
    return NULL;
  return Py_NewRef(text);
}

static PyObject *scanner_scan(Scanner *self, PyObject *text) {
  PyObject *result = scan_once(self, text);
  PyDict_Clear(self->memo); // expect: object-field medium
  return result;
}

// A critical section ends where the thread gives up its thread state.
typedef struct {
  PyObject_HEAD
  size_t position;
} Press;

extern size_t press_all(size_t position);

static PyObject *press_run(Press *self, PyObject *unused) {
  Py_BEGIN_CRITICAL_SECTION(self);
  Py_BEGIN_ALLOW_THREADS
  self->position = press_all(self->position); // expect: object-field medium
  Py_END_ALLOW_THREADS
  self->position++;
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}

static PyObject *press_reset(Press *self, PyObject *unused) {
  Py_BEGIN_CRITICAL_SECTION(self);
  self->position = 0;
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"press", (PyCFunction)press_run, METH_NOARGS, NULL},
    {"reset", (PyCFunction)press_reset, METH_NOARGS, NULL},
    {"take", (PyCFunction)queue_take, METH_NOARGS, NULL},
    {"grow", (PyCFunction)buffer_grow, METH_NOARGS, NULL},
    {"first", (PyCFunction)buffer_first, METH_NOARGS, NULL},
    {"update", (PyCFunction)hasher_update, METH_O, NULL},
    {"digest", (PyCFunction)hasher_digest, METH_NOARGS, NULL},
    {"set", (PyCFunction)named_set, METH_O, NULL},
    {"get", (PyCFunction)named_get, METH_NOARGS, NULL},
    {"swap", (PyCFunction)node_swap, METH_O, NULL},
    {"process", (PyCFunction)stream_process, METH_NOARGS, NULL},
    {"fire", (PyCFunction)hook_fire, METH_NOARGS, NULL},
    {"cache", (PyCFunction)cached_set, METH_O, NULL},
    {"cached", (PyCFunction)cached_get, METH_NOARGS, NULL},
    {"scan", (PyCFunction)scanner_scan, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_methods, methods},
    {Py_tp_iternext, range_next},
    {Py_tp_init, proxy_init},
    {Py_tp_repr, proxy_repr},
    {0, NULL},
};
