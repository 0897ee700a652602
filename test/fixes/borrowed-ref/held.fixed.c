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
        PyObject *item = PyList_GetItemRef(list, i);
        if (item == NULL) {
            status = -1;
            break;
        }
        if (encode(item) < 0) {
            status = -1;
            Py_XDECREF(item);
            break;
        }
        Py_XDECREF(item);
    }
    return status;
}

static PyObject *
nested(PyObject *mod, PyObject *dict)
{
    if (PyDict_GetItemString(dict, "on") == Py_True &&
        encode(PyDict_GetItemString(dict, "x")) > 0) // no edit: the call is part of a larger expression
        Py_RETURN_TRUE;
    PyObject *item3;
    if (PyDict_GetItemStringRef(dict, "kind", &item3) < 0)
        PyErr_Clear();
    switch (encode(item3)) {
    case 1:
        {
            PyObject *result = PyLong_FromLong(1);
            Py_XDECREF(item3);
            return result;
        }
    case 2:
        Py_XDECREF(item3);
        Py_RETURN_NONE;
    default:
        break;
    }
    Py_XDECREF(item3);
    Py_RETURN_FALSE;
}

static PyObject *
cached(PyObject *memo, PyObject *key)
{
    PyObject *encoded;
    PyDict_GetItemRef(memo, key, &encoded);
    if (encoded != NULL) {
        /* the reference is ours already */
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
    PyObject *item;
    PyDict_GetItemRef(dict, key, &item);
    PyObject *found = item;
    PyObject *item2 = NULL;
    if (found == NULL) {
        if (PyErr_Occurred()) {
            Py_XDECREF(item);
            return NULL;
        }
        PyDict_GetItemRef(dict, Py_None, &item2);
        found = item2;
    }
    PyObject *result = PyObject_Repr(found);
    Py_XDECREF(item2);
    Py_XDECREF(item);
    return result;
}

static int
all_numbers(PyObject *list, double *out)
{
    Py_ssize_t n = PyList_Size(list);
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *item = PyList_GetItemRef(list, i);
        if (item == NULL)
            return -1;
        if (PyFloat_Check(item)) {
            out[i] = PyFloat_AS_DOUBLE(item);
            Py_DECREF(item);
            continue;
        }
        if (PyLong_Check(item)) {
            out[i] = (double)PyLong_AsLong(item);
        } else if (PyNumber_Check(item)) {
            out[i] = PyFloat_AsDouble(item);
        } else {
            PyErr_SetString(PyExc_TypeError, "list must contain numbers");
            Py_DECREF(item);
            return -1;
        }
        Py_DECREF(item);
    }
    return 0;
}

static PyObject *
printed(PyObject *mod, PyObject *dict)
{
    PyObject *item;
    if (PyDict_GetItemStringRef(dict, "text", &item) < 0)
        PyErr_Clear();
    const char *text = PyUnicode_AsUTF8(item);
    if (text == NULL) {
        Py_XDECREF(item);
        goto error;
    }
    PySys_WriteStdout("%s\n", text);
    if (PyErr_CheckSignals() < 0) {
        Py_XDECREF(item);
        goto error;
    }
    PyObject *result = PyUnicode_FromString(text);
    Py_XDECREF(item);
    return result;
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
