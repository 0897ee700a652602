// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: %scan --select refcount-one --format full --exit-zero %s | %FileCheck %s

#include <Python.h>

typedef struct {
    PyObject_HEAD
    PyObject *result;   /* reused tuple */
    PyObject *scratch;
} Iter;

/* 1: the reused result tuple of an iterator. */
static PyObject *
iter_next(PyObject *op)
{
    Iter *self = (Iter *)op;
    PyObject *result = self->result;
    // CHECK: [[@LINE+4]]:9: warning: reference count of 'result' is taken as proof that nobody else uses it
    // CHECK: why: {{.*}}two threads that come in through slot tp_iternext
    // CHECK: help: Use PyUnstable_Object_IsUniquelyReferenced()
    // expect-next: refcount-one high
    if (Py_REFCNT(result) == 1) {
        Py_INCREF(result);
        return result;
    }
    return PyTuple_New(2);
}

/* 2: resize in place, through a pointer to a pointer. */
static int
safe_resize(PyObject **obj, Py_ssize_t size)
{
    if (Py_REFCNT(*obj) == 1) // expect: refcount-one
        return _PyBytes_Resize(obj, size);
    return -1;
}

/* 3: a macro of the project. */
#define IS_UNIQUE(op) (Py_REFCNT(op) == 1)
static PyObject *
normalise(PyObject *self, PyObject *arg)
{
    if (PyList_CheckExact(arg) && IS_UNIQUE(arg)) // expect: refcount-one high
        PyList_Sort(arg);
    if (safe_resize(&((Iter *)self)->scratch, 16) < 0)
        return NULL;
    return Py_NewRef(arg);
}

/* 4: a helper that answers. */
static int
is_only_ref(PyObject *op)
{
    return Py_REFCNT(op) <= 1; // expect: refcount-one
}

/* 5: a helper that counts; its caller decides. */
static Py_ssize_t
count_refs(PyObject *op)
{
    return Py_REFCNT(op);
}

static PyObject *
take(PyObject *self, PyObject *arg)
{
    if (is_only_ref(arg))
        return Py_NewRef(arg);
    if (count_refs(arg) > 1) // expect: refcount-one high
        return PySequence_List(arg);
    return Py_NewRef(arg);
}

/* 6: in a loop, the other way round, with the value kept. */
static PyObject *
drain(PyObject *self, PyObject *args)
{
    PyObject *list = ((Iter *)self)->scratch;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        PyObject *item = PyList_GetItemRef(list, i);
        int shared = 1 != Py_REFCNT(item); // expect: refcount-one
        Py_DECREF(item);
        if (shared)
            return PyLong_FromSsize_t(i);
    }
    Py_RETURN_NONE;
}

/* 7: only one arm of an #if is looked at: the one that is compiled. */
static PyObject *
concat(PyObject *self, PyObject *arg)
{
#if PY_VERSION_HEX >= 0x030E0000
    int alone = PyUnstable_Object_IsUniquelyReferenced(arg);
#else
    int alone = Py_REFCNT(arg) < 2; // expect: refcount-one high
#endif
    return PyBool_FromLong(alone);
}

static PyMethodDef methods[] = {
    {"normalise", normalise, METH_O, NULL},
    {"take", take, METH_O, NULL},
    {"drain", drain, METH_NOARGS, NULL},
    {"concat", concat, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot iter_slots[] = {
    {Py_tp_iternext, (void *)iter_next},
    {Py_tp_methods, methods},
    {0, NULL},
};

PyType_Spec iter_spec = {
    "m.Iter", sizeof(Iter), 0, Py_TPFLAGS_DEFAULT, iter_slots,
};
