/* What was read out of an item lives as long as the item does. */
#include <Python.h>

/* 1: what a tuple lends. */
static PyObject *
set_all(PyObject *self, PyObject *args)
{
    PyObject *list, *into;
    if (!PyArg_ParseTuple(args, "O!O!", &PyList_Type, &list, &PyDict_Type,
                          &into))
        return NULL;
    for (Py_ssize_t i = 0; i < PyList_Size(list); i++) {
        PyObject *item = PyList_GetItem(list, i);
        PyObject *key = PyTuple_GetItem(item, 0);
        PyObject *value = PyTuple_GetItem(item, 1);
        if (key == NULL || value == NULL)
            return NULL;
        if (PyObject_IsTrue(key) == 0)
            continue;
        if (PyDict_SetItem(into, key, value) < 0)
            return NULL;
    }
    Py_RETURN_NONE;
}

/* 2: the buffer of an item, by way of an argument. */
static PyObject *
first_byte(PyObject *self, PyObject *list)
{
    char *data;
    Py_ssize_t size;
    PyObject *chunk;
    if (!PyList_Check(list))
        return NULL;
    chunk = PyList_GetItem(list, 0);
    if (chunk == NULL || PyBytes_AsStringAndSize(chunk, &data, &size) < 0)
        return NULL;
    int first = size > 0 ? data[0] : -1;
    chunk = PyList_GetItem(list, 1);
    if (chunk == NULL)
        return NULL;
    return PyLong_FromLong(first);
}

/* 3: what a failing call says is of no use where another one fails. */
static PyObject *
library_error(int code)
{
    return PyErr_Format(PyExc_OSError, "error %d", code);
}

extern int library_open(PyObject *name);

static PyObject *
open_all(PyObject *self, PyObject *list)
{
    int error = 0;
    if (!PyList_Check(list))
        return NULL;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        PyObject *name = PyList_GET_ITEM(list, i);
        error = library_open(name);
        if (error < 0) {
            library_error(error);
            goto out;
        }
    }
    Py_RETURN_NONE;
out:
    return NULL;
}

/* 4: None says that the object is gone, NULL that there was no reference. */
static PyObject *
target(PyObject *self, PyObject *ref)
{
    PyObject *found;
    if (!(found = PyWeakref_GetObject(ref))) {
        PyErr_SetString(PyExc_SystemError, "no weak reference");
        return NULL;
    }
    if (found == Py_None) {
        PyErr_SetString(PyExc_ReferenceError, "gone");
        return NULL;
    }
    Py_INCREF(found);
    return found;
}

/* 5: the same in two statements. */
static PyObject *
described(PyObject *self, PyObject *ref)
{
    PyObject *found = PyWeakref_GetObject(ref);
    if (found == NULL)
        return NULL;
    if (found != Py_None)
        return PyObject_Repr(found);
    Py_RETURN_NONE;
}

/* 6: the buffer in a structure that a library is given. */
typedef struct {
    const char *data;
    Py_ssize_t size;
} View;

extern int library_read(const View *view);

static PyObject *
read_all(PyObject *self, PyObject *list)
{
    View view;
    int sum = 0;
    if (!PyList_Check(list))
        return NULL;
    for (Py_ssize_t i = 0; i < PyList_Size(list); i++) {
        PyObject *chunk = PyList_GetItem(list, i);
        if (chunk == NULL)
            return NULL;
        const char *data = PyBytes_AsString(chunk);
        if (data == NULL)
            return NULL;
        view.data = data;
        view.size = PyBytes_GET_SIZE(chunk);
        sum += library_read(&view);
        if (sum < 0)
            continue;
        sum += view.data[0];
    }
    return PyLong_FromLong(sum);
}

static PyMethodDef methods[] = {
    {"read_all", read_all, METH_O, NULL},
    {"set_all", set_all, METH_VARARGS, NULL},
    {"first_byte", first_byte, METH_O, NULL},
    {"open_all", open_all, METH_O, NULL},
    {"target", target, METH_O, NULL},
    {"described", described, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "parts", NULL, 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_parts(void)
{
    return PyModuleDef_Init(&module);
}
