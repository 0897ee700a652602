// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where object-field must be silent: no line of this file is reported, at any
// confidence.

// RUN: %scan %s --select object-field --strict --fail-on low --min-confidence low --format concise

#include <Python.h>
#include <stdatomic.h>

// 1: written before the object is published, read ever after; destroyed.
typedef struct {
  PyObject_HEAD
  PyObject *name;
  Py_ssize_t length;
} Fixed;

static int fill(Fixed *self, PyObject *name) {
  self->name = Py_NewRef(name);
  self->length = PyUnicode_GetLength(name);
  return 0;
}

static PyObject *fixed_new(PyTypeObject *type, PyObject *args, PyObject *kw) {
  Fixed *self = (Fixed *)type->tp_alloc(type, 0);
  if (self == NULL)
    return NULL;
  self->name = NULL;
  fill(self, PyTuple_GET_ITEM(args, 0));
  return (PyObject *)self;
}

static PyObject *fixed_name(Fixed *self, PyObject *unused) {
  return Py_NewRef(self->name);
}

static int fixed_clear(PyObject *op) {
  Py_CLEAR(((Fixed *)op)->name);
  return 0;
}

static int fixed_traverse(PyObject *op, visitproc visit, void *arg) {
  Py_VISIT(((Fixed *)op)->name);
  return 0;
}

static void fixed_dealloc(PyObject *op) {
  fixed_clear(op);
  Py_TYPE(op)->tp_free(op);
}

// 2: the object's section at every access, also in a helper of its callers.
typedef struct {
  PyObject_HEAD
  PyObject *value;
} Box;

static void store_locked(Box *self, PyObject *value) {
  Py_XSETREF(self->value, Py_NewRef(value));
}

static int box_set(PyObject *op, PyObject *value, void *closure) {
  Py_BEGIN_CRITICAL_SECTION(op);
  store_locked((Box *)op, value);
  Py_END_CRITICAL_SECTION();
  return 0;
}

static PyObject *acquire(PyObject *owner, PyObject **field) {
  PyObject *value;
  Py_BEGIN_CRITICAL_SECTION(owner);
  value = Py_XNewRef(*field);
  Py_END_CRITICAL_SECTION();
  return value;
}

static PyObject *box_get(PyObject *op, void *closure) {
  return acquire(op, &((Box *)op)->value);
}

static PyGetSetDef box_getset[] = {
    {"value", box_get, box_set, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

// 3: a mutex in the object; the old reference is released after it.
typedef struct {
  PyObject_HEAD
  PyMutex lock;
  PyObject *error;
  char *data;
} Reader;

static PyObject *reader_take(Reader *self, PyObject *unused) {
  PyMutex_Lock(&self->lock);
  PyObject *error = self->error;
  char *data = self->data;
  self->error = NULL;
  self->data = NULL;
  PyMutex_Unlock(&self->lock);
  PyMem_Free(data);
  Py_XDECREF(error);
  Py_RETURN_NONE;
}

static PyObject *reader_put(Reader *self, PyObject *error) {
  PyMutex_Lock(&self->lock);
  if (self->error == NULL)
    self->error = Py_NewRef(error);
  PyMutex_Unlock(&self->lock);
  Py_RETURN_NONE;
}

// 4: new objects, from the allocator and from a type that is called.
typedef struct {
  PyObject_HEAD
  PyObject *owner;
  Py_ssize_t index;
} Iter;

static PyTypeObject Iter_Type;
static PyTypeObject *iter_type = &Iter_Type;

static PyObject *make_iter(PyObject *op, PyObject *unused) {
  Iter *it = PyObject_New(Iter, &Iter_Type);
  if (it == NULL)
    return NULL;
  it->owner = Py_NewRef(op);
  it->index = 0;
  return (PyObject *)it;
}

static PyObject *call_iter(PyObject *op, PyObject *unused) {
  Iter *it = (Iter *)PyObject_CallNoArgs((PyObject *)iter_type);
  if (it == NULL)
    return NULL;
  it->owner = Py_NewRef(op);
  it->index = 1;
  return (PyObject *)it;
}

static PyObject *iter_owner(Iter *self, PyObject *unused) {
  return Py_NewRef(self->owner);
}

// 5: atomics.
typedef struct {
  PyObject_HEAD
  atomic_int closed;
  long hits;
} Handle;

static PyObject *handle_close(Handle *self, PyObject *unused) {
  if (atomic_exchange(&self->closed, 1))
    Py_RETURN_NONE;
  __atomic_fetch_add(&self->hits, 1, __ATOMIC_RELAXED);
  Py_RETURN_NONE;
}

// 6: a busy flag that is claimed under a lock, in a helper.
typedef struct XState XState;
int xstate_update(XState *state);

typedef struct {
  PyObject_HEAD
  XState *state;
  int busy;
} Stream;

static int stream_enter(Stream *self) {
  int ok = 1;
  Py_BEGIN_CRITICAL_SECTION(self);
  if (self->busy)
    ok = 0;
  else
    self->busy = 1;
  Py_END_CRITICAL_SECTION();
  return ok;
}

static void stream_leave(Stream *self) {
  Py_BEGIN_CRITICAL_SECTION(self);
  self->busy = 0;
  Py_END_CRITICAL_SECTION();
}

static void stream_work(Stream *self) { xstate_update(self->state); }

static PyObject *stream_process(Stream *self, PyObject *unused) {
  if (!stream_enter(self))
    return NULL;
  stream_work(self);
  stream_leave(self);
  Py_RETURN_NONE;
}

// 7: two objects, one section for both.
typedef struct {
  PyObject_HEAD
  PyObject *item;
} Node;

static PyObject *node_swap(Node *self, PyObject *arg) {
  Node *other = (Node *)arg;
  Py_BEGIN_CRITICAL_SECTION2(self, other);
  PyObject *item = self->item;
  self->item = other->item;
  other->item = item;
  Py_END_CRITICAL_SECTION2();
  Py_RETURN_NONE;
}

// 8: emptying a container is one call, safe by itself.
typedef struct {
  PyObject_HEAD
  PyObject *cache;
} Cache;

static PyObject *cache_clear(Cache *self, PyObject *unused) {
  PyDict_Clear(self->cache);
  Py_RETURN_NONE;
}

// What runs without the thread state has the object's mutex, or locals only.
typedef struct {
  PyObject_HEAD
  PyMutex mutex;
  size_t position, total;
} Press;

extern size_t press_all(size_t position);

static PyObject *press_run(Press *self, PyObject *unused) {
  PyMutex_Lock(&self->mutex);
  Py_BEGIN_ALLOW_THREADS
  self->position = press_all(self->position);
  Py_END_ALLOW_THREADS
  PyMutex_Unlock(&self->mutex);
  Py_RETURN_NONE;
}

static PyObject *press_add(Press *self, PyObject *unused) {
  Py_BEGIN_CRITICAL_SECTION(self);
  size_t added = 0;
  Py_BEGIN_ALLOW_THREADS
  added = press_all(1);
  Py_END_ALLOW_THREADS
  self->total += added;
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"press", (PyCFunction)press_run, METH_NOARGS, NULL},
    {"add", (PyCFunction)press_add, METH_NOARGS, NULL},
    {"name", (PyCFunction)fixed_name, METH_NOARGS, NULL},
    {"take", (PyCFunction)reader_take, METH_NOARGS, NULL},
    {"put", (PyCFunction)reader_put, METH_O, NULL},
    {"iter", make_iter, METH_NOARGS, NULL},
    {"call", call_iter, METH_NOARGS, NULL},
    {"owner", (PyCFunction)iter_owner, METH_NOARGS, NULL},
    {"close", (PyCFunction)handle_close, METH_NOARGS, NULL},
    {"process", (PyCFunction)stream_process, METH_NOARGS, NULL},
    {"swap", (PyCFunction)node_swap, METH_O, NULL},
    {"clear", (PyCFunction)cache_clear, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_new, fixed_new},
    {Py_tp_dealloc, fixed_dealloc},
    {Py_tp_traverse, fixed_traverse},
    {Py_tp_clear, fixed_clear},
    {Py_tp_methods, methods},
    {0, NULL},
};
