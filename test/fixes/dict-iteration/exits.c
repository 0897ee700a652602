/* Ways out of what is done with one item: released once on each. */
#include <Python.h>


/* 1: the way out comes by the end of the branch. */
static PyObject *
forget_one(PyObject *self, PyObject *arg)
{
    PyObject *key;
    Py_ssize_t pos = 0;
    if (PyDict_Next(arg, &pos, &key, NULL)) {
        if (PyDict_DelItem(arg, key) < 0) {
            goto error;
        }
    }
    Py_RETURN_NONE;
error:
    PyErr_Clear();
    return NULL;
}

/* 2: out of a loop inside of the branch. */
static PyObject *
tell_one(PyObject *self, PyObject *arg)
{
    PyObject *key, *value;
    Py_ssize_t pos = 0;
    if (PyDict_Next(arg, &pos, &key, &value)) {
        for (int i = 0; i < 4; i++) {
            if (PyObject_SetAttr(arg, key, value) < 0)
                return NULL;
        }
    }
    Py_RETURN_NONE;
}

/* 3: both branches leave. */
static PyObject *
find_one(PyObject *self, PyObject *arg)
{
    PyObject *key;
    Py_ssize_t pos = 0;
    while (PyDict_Next(arg, &pos, &key, NULL)) {
        int found = PyObject_IsTrue(key);
        if (found < 0)
            return NULL;
        else if (found)
            continue;
        Py_ssize_t size = PyObject_Size(key); // may be none
        if (size < 0)
            return NULL;
    }
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"forget_one", forget_one, METH_O, NULL},
    {"tell_one", tell_one, METH_O, NULL},
    {"find_one", find_one, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "exits", NULL, 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_exits(void)
{
    return PyModuleDef_Init(&module);
}
