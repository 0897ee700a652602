#include <Python.h>

typedef struct {
    PyObject_HEAD
    _Atomic long hits;
    int busy;
    PyObject *cached;
    _Atomic(char *) buffer;
} Counter;

static _Atomic long total;
static int running, state;
static PyObject *shared;
static unsigned flags;

/* 1: a counter, by hand. */
static PyObject *
count(PyObject *self, PyObject *unused)
{
    long n = total;
    total = n + 1;
    return PyLong_FromLong(n);
}

/* 2: in one statement, in a loop with continue. */
static PyObject *
count_all(PyObject *op, PyObject *items)
{
    Counter *self = (Counter *)op;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(items); i++) {
        if (PyTuple_GET_ITEM(items, i) == Py_None)
            continue;
        self->hits = self->hits + 1;
    }
    Py_RETURN_NONE;
}

/* 3: a bit, set in a copy. */
static PyObject *
mark(PyObject *self, PyObject *unused)
{
    unsigned now = __atomic_load_n(&flags, __ATOMIC_RELAXED) | 4u;
    __atomic_store_n(&flags, now, __ATOMIC_RELAXED);
    return PyLong_FromLong((long)now);
}

/* 4: two threads release one object. */
static PyObject *
replace(PyObject *op, PyObject *value)
{
    Counter *self = (Counter *)op;
    PyObject *old = __atomic_load_n(&self->cached, __ATOMIC_ACQUIRE);
    __atomic_store_n(&self->cached, Py_NewRef(value), __ATOMIC_RELEASE);
    Py_XDECREF(old);
    Py_RETURN_NONE;
}

/* 5: a buffer that two threads free, in a switch. */
static PyObject *
reset(PyObject *op, PyObject *arg)
{
    Counter *self = (Counter *)op;
    char *old;
    switch (PyObject_IsTrue(arg)) {
    case 1:
        old = self->buffer;
        self->buffer = NULL;
        PyMem_Free(old);
        break;
    default:
        Py_RETURN_FALSE;
    }
    Py_RETURN_TRUE;
}

/* 6: a flag that says whose turn it is. */
static PyObject *
enter(PyObject *op, PyObject *arg)
{
    Counter *self = (Counter *)op;
    if (__atomic_load_n(&self->busy, __ATOMIC_ACQUIRE)) {
        PyErr_SetString(PyExc_RuntimeError, "busy");
        return NULL;
    }
    __atomic_store_n(&self->busy, 1, __ATOMIC_RELEASE);
    PyObject *result = PyObject_CallNoArgs(arg);
    __atomic_store_n(&self->busy, 0, __ATOMIC_RELEASE);
    return result;
}

/* 7: the other way round. */
static PyObject *
try_enter(PyObject *op, PyObject *arg)
{
    Counter *self = (Counter *)op;
    PyObject *result = NULL;
    if (__atomic_load_n(&self->busy, __ATOMIC_ACQUIRE) == 0) {
        __atomic_store_n(&self->busy, 1, __ATOMIC_RELEASE);
        if ((result = PyObject_CallNoArgs(arg)) == NULL)
            goto done;
        Py_SETREF(result, PyObject_Str(result));
    done:
        __atomic_store_n(&self->busy, 0, __ATOMIC_RELEASE);
    }
    return result;
}

/* 8: made on first use, and stored without looking again. */
static PyObject *
get_shared(PyObject *self, PyObject *unused)
{
    PyObject *it = __atomic_load_n(&shared, __ATOMIC_ACQUIRE);
    if (it == NULL) {
        it = PyDict_New();
        if (it == NULL)
            return NULL;
        __atomic_store_n(&shared, it, __ATOMIC_RELEASE);
    }
    return Py_NewRef(it);
}

/* 9: no operation does that. */
static PyObject *
twice(PyObject *op, PyObject *unused)
{
    Counter *self = (Counter *)op;
    long n = self->hits;
    n = n * 2 + 1;
    self->hits = n;  // no edit: load and store are not next to each other
    Py_RETURN_NONE;
}

/* 10: helpers of the project. */
static inline int
load_int(int *p)
{
    return __atomic_load_n(p, __ATOMIC_SEQ_CST);
}

static inline void
store_int(int *p, int value)
{
    __atomic_store_n(p, value, __ATOMIC_SEQ_CST);
}

static PyObject *
start(PyObject *self, PyObject *arg)
{
    if (load_int(&running))
        Py_RETURN_FALSE;
    store_int(&running, 1);  // no edit: load and store are not plain accesses of one spelling
    Py_RETURN_TRUE;
}

static PyObject *
stop(PyObject *self, PyObject *unused)
{
    store_int(&running, 0);
    Py_RETURN_NONE;
}

/* 11: three values. */
static PyObject *
open_it(PyObject *self, PyObject *unused)
{
    if (__atomic_load_n(&state, __ATOMIC_ACQUIRE))
        Py_RETURN_FALSE;
    __atomic_store_n(&state, 1, __ATOMIC_RELEASE);  // no edit: it has more than two values
    Py_RETURN_TRUE;
}

static PyObject *
close_it(PyObject *self, PyObject *unused)
{
    __atomic_store_n(&state, 2, __ATOMIC_RELEASE);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"count", count, METH_NOARGS, NULL},
    {"count_all", count_all, METH_O, NULL},
    {"mark", mark, METH_NOARGS, NULL},
    {"replace", replace, METH_O, NULL},
    {"reset", reset, METH_O, NULL},
    {"enter", enter, METH_O, NULL},
    {"try_enter", try_enter, METH_O, NULL},
    {"get_shared", get_shared, METH_NOARGS, NULL},
    {"twice", twice, METH_NOARGS, NULL},
    {"start", start, METH_O, NULL},
    {"stop", stop, METH_NOARGS, NULL},
    {"open", open_it, METH_NOARGS, NULL},
    {"close", close_it, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot counter_slots[] = {
    {Py_tp_methods, methods},
    {0, NULL},
};

PyType_Spec counter_spec = {
    "m.Counter", sizeof(Counter), 0, Py_TPFLAGS_DEFAULT, counter_slots,
};
