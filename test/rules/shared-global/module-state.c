// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The state of a module is one place however a function gets at it: there is
// one per interpreter, and all threads of that share it.

// RUN: %scan %s --select shared-global,lazy-init --strict --exit-zero --format concise --min-confidence low \
// RUN:   | %FileCheck %s

#include <Python.h>

typedef struct {
    PyObject *error;    /* set in exec */
    PyObject *cache;
    PyObject *last;
    PyObject *guarded;
    Py_ssize_t calls;
    int users;
    char scratch[64];
    PyMutex lock;
} state;

static struct PyModuleDef module;

static inline state *
state_of(PyObject *mod)
{
    return (state *)PyModule_GetState(mod);
}

static state *
find_state(void)
{
    return (state *)PyModule_GetState(PyState_FindModule(&module));
}

/* 1: counted by two threads. */
static PyObject *
count(PyObject *mod, PyObject *unused)
{
    state *st = state_of(mod);
    // CHECK: :[[@LINE+1]]:{{.*}} 'calls' of what 'PyModule_GetState()' returns is written without a lock [shared-global]
    st->calls++; // expect: shared-global high
    return PyLong_FromSsize_t(st->calls);
}

/* 2: the last value, replaced and read. */
static PyObject *
set_last(PyObject *mod, PyObject *value)
{
    state *st = (state *)PyModule_GetState(mod);
    Py_XSETREF(st->last, Py_NewRef(value)); // expect: shared-global high
    Py_RETURN_NONE;
}

static PyObject *
get_last(PyObject *mod, PyObject *unused)
{
    return Py_XNewRef(find_state()->last);
}

/* 3: made on first use (lazy-init's). */
static PyObject *
cached(PyObject *mod, PyObject *unused)
{
    state *st = find_state();
    if (st->cache == NULL)
        // CHECK: :[[@LINE+1]]:{{.*}} 'cache' of what 'PyModule_GetState()' returns is initialised on first use without a lock [lazy-init]
        st->cache = PyDict_New();
    return Py_XNewRef(st->cache);
}

/* 4: a buffer in it. */
static PyObject *
render(PyObject *mod, PyObject *arg)
{
    state *st = state_of(mod);
    // expect-next: shared-global high
    PyOS_snprintf(st->scratch, sizeof(st->scratch), "%ld", PyLong_AsLong(arg));
    return PyUnicode_FromString(st->scratch);
}

/* 5: the writers hold a lock, the reader does not. */
static PyObject *
set_guarded(PyObject *mod, PyObject *value)
{
    state *st = state_of(mod);
    PyMutex_Lock(&st->lock);
    PyObject *old = st->guarded;
    st->guarded = Py_NewRef(value);
    PyMutex_Unlock(&st->lock);
    Py_XDECREF(old);
    Py_RETURN_NONE;
}

static PyObject *
get_guarded(PyObject *mod, PyObject *unused)
{
    return Py_XNewRef(state_of(mod)->guarded); // expect: shared-global high
}

/* 6: through a helper. */
static void
use(state *st)
{
    st->users += 1; // expect: shared-global high
}

static PyObject *
enter(PyObject *mod, PyObject *unused)
{
    use(state_of(mod));
    Py_RETURN_NONE;
}

/* SAFE: read only after exec, and cleared where no other thread runs. */
static PyObject *
fail(PyObject *mod, PyObject *unused)
{
    PyErr_SetNone(state_of(mod)->error);
    return NULL;
}

static int
exec(PyObject *mod)
{
    state *st = state_of(mod);
    st->error = PyErr_NewException("state.error", NULL, NULL);
    return st->error == NULL ? -1 : 0;
}

static int
clear(PyObject *mod)
{
    state *st = state_of(mod);
    Py_CLEAR(st->error);
    Py_CLEAR(st->last);
    return 0;
}

static PyMethodDef methods[] = {
    {"count", count, METH_NOARGS, NULL},
    {"set_last", set_last, METH_O, NULL},
    {"get_last", get_last, METH_NOARGS, NULL},
    {"cached", cached, METH_NOARGS, NULL},
    {"render", render, METH_O, NULL},
    {"set_guarded", set_guarded, METH_O, NULL},
    {"get_guarded", get_guarded, METH_NOARGS, NULL},
    {"enter", enter, METH_NOARGS, NULL},
    {"fail", fail, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, exec},
    {0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "state", NULL, sizeof(state), methods, slots, NULL,
    clear, NULL,
};

PyMODINIT_FUNC
PyInit_state(void)
{
    return PyModuleDef_Init(&module);
}
