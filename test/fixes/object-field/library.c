// tidy: differs
/* Functions that a library calls, and edits in front of them. */
#include <Python.h>
#include <stdlib.h>
#include <string.h>

#define HIDDEN
#if defined(__GNUC__)
#define ERRORS 1
#endif

typedef void (*notice_fn)(void *, const char *);
extern void library_on_notice(void *handle, notice_fn call, void *data);
extern void library_run(void *handle);

typedef struct Connection {
    PyObject_HEAD
    void *handle;
    PyObject *last;
    PyObject *extra;
    PyObject *factory;
    int notices;
    int closed; /* by hand */
} Connection;

/* 1: who calls it uses no Python, and may have no thread state: a mutex. */
static void
on_notice(void *data, const char *message)
{
    Connection *self = (Connection *)data;
    self->notices += (int)strlen(message);
}

static PyObject *
connection_run(Connection *self, PyObject *arg)
{
    library_on_notice(self->handle, on_notice, self);
    Py_BEGIN_ALLOW_THREADS
    library_run(self->handle);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

static PyObject *
connection_notices(Connection *self, PyObject *arg)
{
    self->notices = 0;
    Py_RETURN_NONE;
}

/* 2: who finds it set is the one who takes it. */
static PyObject *
connection_raise(Connection *self, PyObject *arg)
{
    if (self->last != NULL) {
        PyErr_SetObject(PyExc_RuntimeError, arg);
        Py_CLEAR(self->last); // not again
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
connection_set_last(Connection *self, PyObject *arg)
{
    Py_INCREF(arg);
    Py_XSETREF(self->last, arg); // the newest
    Py_RETURN_NONE;
}

/* 3: behind conditional compilation, with parameters on lines of their own. */
#ifdef ERRORS
#endif
static size_t
connection_close(
    Connection *self,
    PyObject *arg)
{
    if (self->closed)
        return 0;
    if (PyObject_IsTrue(arg)) {
        self->closed = 1;
        return 1;
    }
    self->closed = 2;
    return 2;
}

static PyObject *
connection_end(Connection *self, PyObject *arg)
{
    return PyLong_FromSize_t(connection_close(self, arg));
}

/* 4: seen by other files. */
HIDDEN PyObject *
connection_reset(Connection *self, PyObject *arg)
{
    if (self->closed == 1)
        Py_RETURN_NONE;
    if (PyObject_IsTrue(arg))
        Py_RETURN_TRUE;
    self->closed = 0;
    Py_RETURN_FALSE;
}

static PyMethodDef connection_methods[] = {
    {"run", (PyCFunction)connection_run, METH_NOARGS, NULL},
    {"notices", (PyCFunction)connection_notices, METH_NOARGS, NULL},
    {"raise_last", (PyCFunction)connection_raise, METH_O, NULL},
    {"set_last", (PyCFunction)connection_set_last, METH_O, NULL},
    {"end", (PyCFunction)connection_end, METH_O, NULL},
    {"reset", (PyCFunction)connection_reset, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject connection_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "library.Connection",
    .tp_basicsize = sizeof(Connection),
    .tp_methods = connection_methods,
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "library", NULL, -1, NULL, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_library(void)
{
    if (PyType_Ready(&connection_type) < 0)
        return NULL;
    return PyModule_Create(&module);
}
