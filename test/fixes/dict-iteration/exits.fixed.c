/* Ways out of what is done with one item: released once on each. */
#include <Python.h>


/* 1: the way out comes by the end of the branch. */
static PyObject *
forget_one(PyObject *self, PyObject *arg)
{
    PyObject *key;
    Py_ssize_t pos = 0;
    int failed = 0;
    Py_BEGIN_CRITICAL_SECTION(arg);
    if (PyDict_Next(arg, &pos, &key, NULL)) {
        Py_INCREF(key);
        if (PyDict_DelItem(arg, key) < 0) {
            failed = 1;
        }
        Py_DECREF(key);
    }
    Py_END_CRITICAL_SECTION();
    if (failed)
        goto error;
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
    int failed = 0;
    Py_BEGIN_CRITICAL_SECTION(arg);
    if (PyDict_Next(arg, &pos, &key, &value)) {
        Py_INCREF(key);
        Py_INCREF(value);
        for (int i = 0; i < 4; i++) {
            if (PyObject_SetAttr(arg, key, value) < 0) {
                failed = 1;
                break;
            }
        }
        Py_DECREF(key);
        Py_DECREF(value);
    }
    Py_END_CRITICAL_SECTION();
    if (failed)
        return NULL;
    Py_RETURN_NONE;
}

/* 3: both branches leave. */
static PyObject *
find_one(PyObject *self, PyObject *arg)
{
    PyObject *key;
    Py_ssize_t pos = 0;
    int failed = 0;
    Py_BEGIN_CRITICAL_SECTION(arg);
    while (PyDict_Next(arg, &pos, &key, NULL)) {
        Py_INCREF(key);
        int found = PyObject_IsTrue(key);
        if (found < 0) {
            Py_DECREF(key);
            failed = 1;
            break;
        }
        else if (found) {
            Py_DECREF(key);
            continue;
        }
        Py_ssize_t size = PyObject_Size(key); // may be none
        if (size < 0) {
            Py_DECREF(key);
            failed = 1;
            break;
        }
        Py_DECREF(key);
    }
    Py_END_CRITICAL_SECTION();
    if (failed)
        return NULL;
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
