// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// object-field in C that Cython wrote: the fields of cdef classes are their
// author's, what the generator adds to them is not.

#include <Python.h>
#include <string.h>

struct __pyx_vtabstruct_4pool_Pool {
  long (*take)(void *);
};

struct __pyx_obj_4pool_Pool {
  PyObject_HEAD
  struct __pyx_vtabstruct_4pool_Pool *__pyx_vtab;
  PyObject *items;
  PyObject *owner;
  char *buffer;
  long size;
};

// What a generator closes over: one caller at a time has it.
struct __pyx_obj_4pool___pyx_scope_struct__each {
  PyObject_HEAD
  PyObject *__pyx_v_item;
};

static struct __pyx_vtabstruct_4pool_Pool *__pyx_vtabptr_4pool_Pool;
static struct __pyx_obj_4pool_Pool *__pyx_freelist_4pool_Pool[8];
static int __pyx_freecount_4pool_Pool = 0;

/* "pool.pyx":12
 *     def __cinit__(self, items):
 *         self.items = items             # <<<<<<<<<<<<<<
 */
static int __pyx_pf_4pool_4Pool___cinit__(struct __pyx_obj_4pool_Pool *self,
                                          PyObject *items) {
  PyObject *old = self->items; // nobody else has the object yet
  self->items = Py_NewRef(items);
  Py_DECREF(old);
  self->buffer = PyMem_Malloc(16);
  return 0;
}

static int __pyx_pw_4pool_4Pool_1__cinit__(PyObject *self, PyObject *args,
                                           PyObject *kwds) {
  return __pyx_pf_4pool_4Pool___cinit__((struct __pyx_obj_4pool_Pool *)self,
                                        args);
}

static PyObject *__pyx_tp_new_4pool_Pool(PyTypeObject *t, PyObject *a,
                                         PyObject *k) {
  struct __pyx_obj_4pool_Pool *p;
  PyObject *o;
  if (__pyx_freecount_4pool_Pool > 0) {
    o = (PyObject *)__pyx_freelist_4pool_Pool[--__pyx_freecount_4pool_Pool];
    memset(o, 0, sizeof(struct __pyx_obj_4pool_Pool));
    (void)PyObject_INIT(o, t);
  } else {
    o = (*t->tp_alloc)(t, 0);
    if (!o)
      return 0;
  }
  p = ((struct __pyx_obj_4pool_Pool *)o);
  p->__pyx_vtab = __pyx_vtabptr_4pool_Pool;
  p->items = Py_None;
  Py_INCREF(Py_None);
  if (__pyx_pw_4pool_4Pool_1__cinit__(o, a, NULL) < 0) {
    Py_DECREF(o);
    return NULL;
  }
  return o;
}

static void __pyx_tp_dealloc_4pool_Pool(PyObject *o) {
  struct __pyx_obj_4pool_Pool *p = (struct __pyx_obj_4pool_Pool *)o;
  Py_CLEAR(p->items);
  PyMem_Free(p->buffer);
  (*Py_TYPE(o)->tp_free)(o);
}

/* "pool.pyx":20
 *     cpdef replace(self, items):
 *         self.items = items             # <<<<<<<<<<<<<<
 */
static PyObject *__pyx_f_4pool_4Pool_replace(struct __pyx_obj_4pool_Pool *self,
                                             PyObject *items) {
  Py_INCREF(items);
  Py_DECREF(self->items);
  self->items = items; // expect: object-field high
  Py_RETURN_NONE;
}

static PyObject *__pyx_pw_4pool_4Pool_3replace(PyObject *self,
                                               PyObject *items) {
  return __pyx_f_4pool_4Pool_replace((struct __pyx_obj_4pool_Pool *)self,
                                     items);
}

static PyObject *__pyx_pf_4pool_4Pool_4first(struct __pyx_obj_4pool_Pool *self) {
  return Py_NewRef(self->items); // expect: object-field high
}

static PyObject *__pyx_pw_4pool_4Pool_5first(PyObject *self,
                                             PyObject *unused) {
  return __pyx_pf_4pool_4Pool_4first((struct __pyx_obj_4pool_Pool *)self);
}

static PyObject *__pyx_pf_4pool_4Pool_6grow(struct __pyx_obj_4pool_Pool *self) {
  char *old = self->buffer;
  self->buffer = PyMem_Malloc(++self->size); // expect: object-field high
  PyMem_Free(old);
  Py_RETURN_NONE;
}

static PyObject *__pyx_pw_4pool_4Pool_7grow(PyObject *self, PyObject *unused) {
  return __pyx_pf_4pool_4Pool_6grow((struct __pyx_obj_4pool_Pool *)self);
}

// Made with Pool.__new__(Pool), and this function's own until it returns.
static PyObject *__pyx_pf_4pool_8make(PyObject *items) {
  struct __pyx_obj_4pool_Pool *made =
      (struct __pyx_obj_4pool_Pool *)__pyx_tp_new_4pool_Pool(
          Py_TYPE(items), items, NULL);
  if (!made)
    return NULL;
  Py_INCREF(items);
  Py_DECREF(made->items);
  made->items = items;
  return (PyObject *)made;
}

static PyObject *__pyx_pw_4pool_9make(PyObject *self, PyObject *items) {
  return __pyx_pf_4pool_8make(items);
}

// Since Cython 3.1: what was global is in the module's state.
typedef struct {
  PyTypeObject *__pyx_ptype_4pool_Pool;
  PyObject *__pyx_empty_tuple;
} __pyx_mstatetype;
static __pyx_mstatetype __pyx_mstate_global_static;
static __pyx_mstatetype *const __pyx_mstate_global =
    &__pyx_mstate_global_static;

// One way out of several calls through the API; all call what it is given.
static inline PyObject *__Pyx_PyObject_FastCallDict(PyObject *func,
                                                    PyObject *const *args,
                                                    size_t nargs,
                                                    PyObject *kwargs) {
  vectorcallfunc f = PyVectorcall_Function(func);
  if (f)
    return f(func, args, nargs, kwargs);
  if (nargs == 0)
    return PyObject_Call(func, __pyx_mstate_global->__pyx_empty_tuple, kwargs);
  return PyObject_VectorcallDict(func, args, nargs, kwargs);
}

// Made with Pool(items): `made = Pool(items); made.items = items`.
static PyObject *__pyx_pf_4pool_10fork(PyObject *items) {
  struct __pyx_obj_4pool_Pool *made;
  PyObject *func =
      Py_NewRef((PyObject *)__pyx_mstate_global->__pyx_ptype_4pool_Pool);
  PyObject *result;
  {
    PyObject *callargs[2] = {NULL, items};
    result = __Pyx_PyObject_FastCallDict(func, callargs + 1, 1, NULL);
    Py_DECREF(func);
    if (!result)
      return NULL;
  }
  made = (struct __pyx_obj_4pool_Pool *)result;
  Py_INCREF(items);
  Py_DECREF(made->items);
  made->items = items;
  return (PyObject *)made;
}

static PyObject *__pyx_pw_4pool_11fork(PyObject *self, PyObject *items) {
  return __pyx_pf_4pool_10fork(items);
}

// Written by Cython, in Cython.
static PyObject *
__pyx_pf_4pool_4Pool_10__reduce_cython__(struct __pyx_obj_4pool_Pool *self) {
  return Py_NewRef(self->owner);
}

static PyObject *
__pyx_pf_4pool_4Pool_12__setstate_cython__(struct __pyx_obj_4pool_Pool *self,
                                           PyObject *state) {
  Py_INCREF(state);
  Py_XDECREF(self->owner);
  self->owner = state;
  Py_RETURN_NONE;
}

static PyObject *__pyx_pw_4pool_4Pool_11__reduce_cython__(PyObject *self,
                                                          PyObject *unused) {
  return __pyx_pf_4pool_4Pool_10__reduce_cython__(
      (struct __pyx_obj_4pool_Pool *)self);
}

static PyObject *__pyx_pw_4pool_4Pool_13__setstate_cython__(PyObject *self,
                                                            PyObject *state) {
  return __pyx_pf_4pool_4Pool_12__setstate_cython__(
      (struct __pyx_obj_4pool_Pool *)self, state);
}

static PyObject *__pyx_gb_4pool_4each(PyObject *generator, PyObject *sent) {
  struct __pyx_obj_4pool___pyx_scope_struct__each *scope =
      (struct __pyx_obj_4pool___pyx_scope_struct__each *)generator;
  Py_XDECREF(scope->__pyx_v_item);
  scope->__pyx_v_item = Py_NewRef(sent);
  return Py_NewRef(scope->__pyx_v_item);
}

static PyMethodDef __pyx_methods_4pool_Pool[] = {
    {"replace", (PyCFunction)__pyx_pw_4pool_4Pool_3replace, METH_O, 0},
    {"first", (PyCFunction)__pyx_pw_4pool_4Pool_5first, METH_NOARGS, 0},
    {"grow", (PyCFunction)__pyx_pw_4pool_4Pool_7grow, METH_NOARGS, 0},
    {"__reduce_cython__", (PyCFunction)__pyx_pw_4pool_4Pool_11__reduce_cython__,
     METH_NOARGS, 0},
    {"__setstate_cython__",
     (PyCFunction)__pyx_pw_4pool_4Pool_13__setstate_cython__, METH_O, 0},
    {"each", (PyCFunction)__pyx_gb_4pool_4each, METH_O, 0},
    {0, 0, 0, 0}};

static PyMethodDef __pyx_methods[] = {
    {"make", (PyCFunction)__pyx_pw_4pool_9make, METH_O, 0},
    {"fork", (PyCFunction)__pyx_pw_4pool_11fork, METH_O, 0},
    {0, 0, 0, 0}};

static PyType_Slot __pyx_type_4pool_Pool_slots[] = {
    {Py_tp_dealloc, (void *)__pyx_tp_dealloc_4pool_Pool},
    {Py_tp_methods, (void *)__pyx_methods_4pool_Pool},
    {Py_tp_new, (void *)__pyx_tp_new_4pool_Pool},
    {0, 0}};
