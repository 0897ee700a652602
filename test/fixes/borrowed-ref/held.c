// tidy: differs
#include <Python.h>

/* The call stands in the middle of something, or its variable is set again. */

static int
encode(PyObject *o)
{
    return PyObject_IsTrue(o);
}

static int
encode_list(PyObject *list)
{
    int status = 0;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        if (encode(PyList_GET_ITEM(list, i)) < 0) {
            status = -1;
            break;
        }
    }
    return status;
}

static PyObject *
nested(PyObject *mod, PyObject *dict)
{
    if (PyDict_GetItemString(dict, "on") == Py_True &&
        encode(PyDict_GetItemString(dict, "x")) > 0) // no edit: the call is part of a larger expression
        Py_RETURN_TRUE;
    switch (encode(PyDict_GetItemString(dict, "kind"))) {
    case 1:
        return PyLong_FromLong(1);
    case 2:
        Py_RETURN_NONE;
    default:
        break;
    }
    Py_RETURN_FALSE;
}

static PyObject *
cached(PyObject *memo, PyObject *key)
{
    PyObject *encoded = PyDict_GetItemWithError(memo, key);
    if (encoded != NULL) {
        Py_INCREF(encoded);
    }
    else if (PyErr_Occurred()) {
        return NULL;
    }
    else {
        encoded = PyObject_Str(key);
        if (encoded == NULL)
            return NULL;
        if (PyDict_SetItem(memo, key, encoded) < 0) {
            Py_DECREF(encoded);
            return NULL;
        }
    }
    return encoded;
}

static PyObject *
fallback(PyObject *dict, PyObject *key)
{
    PyObject *found = PyDict_GetItemWithError(dict, key);
    if (found == NULL) {
        if (PyErr_Occurred())
            return NULL;
        found = PyDict_GetItemWithError(dict, Py_None);
    }
    return PyObject_Repr(found);
}

static int
all_numbers(PyObject *list, double *out)
{
    Py_ssize_t n = PyList_Size(list);
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *item = PyList_GET_ITEM(list, i);
        if (PyFloat_Check(item)) {
            out[i] = PyFloat_AS_DOUBLE(item);
            continue;
        }
        if (PyLong_Check(item)) {
            out[i] = (double)PyLong_AsLong(item);
        } else if (PyNumber_Check(item)) {
            out[i] = PyFloat_AsDouble(item);
        } else {
            PyErr_SetString(PyExc_TypeError, "list must contain numbers");
            return -1;
        }
    }
    return 0;
}

static PyObject *
printed(PyObject *mod, PyObject *dict)
{
    const char *text = PyUnicode_AsUTF8(PyDict_GetItemString(dict, "text"));
    if (text == NULL)
        goto error;
    PySys_WriteStdout("%s\n", text);
    if (PyErr_CheckSignals() < 0)
        goto error;
    return PyUnicode_FromString(text);
error:
    PyErr_Clear();
    Py_RETURN_NONE;
}

static PyObject *
all(PyObject *mod, PyObject *args)
{
    PyObject *list, *dict, *key;
    double out[4];
    if (!PyArg_ParseTuple(args, "OOO", &list, &dict, &key))
        return NULL;
    if (encode_list(list) < 0 || all_numbers(list, out) < 0)
        return NULL;
    PyObject *a = cached(dict, key), *b = fallback(dict, key);
    Py_XDECREF(a);
    return b;
}

static PyMethodDef methods[] = {
    {"all", all, METH_VARARGS, NULL},
    {"nested", nested, METH_O, NULL},
    {"printed", printed, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "fx",
    .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_fx(void)
{
    return PyModule_Create(&module);
}
