#include <Python.h>

static PyObject *
first(PyObject *self, PyObject *list)
{
    PyObject *item = PyList_GetItem(list, 0);
    if (item == NULL)
        return NULL;
    Py_INCREF(item);
    return item;
}

static PyObject *
total(PyObject *self, PyObject *list)
{
    long sum = 0;
    for (Py_ssize_t i = 0; i < PyList_Size(list); i++) {
        PyObject *item = PyList_GetItem(list, i);
        if (!item)
            return NULL;
        if (item == Py_None)
            continue;
        long v = PyLong_AsLong(item);
        if (v == -1 && PyErr_Occurred())
            return NULL;
        sum += v;
    }
    return PyLong_FromLong(sum);
}

static PyObject *
lookup(PyObject *self, PyObject *args)
{
    PyObject *dict, *key, *value, *result = NULL;
    if (!PyArg_ParseTuple(args, "O!O", &PyDict_Type, &dict, &key))
        return NULL;
    value = PyDict_GetItemWithError(dict, key);
    if (value == NULL) {
        if (!PyErr_Occurred())
            PyErr_SetObject(PyExc_KeyError, key);
        goto error;
    }
    if (PyLong_Check(value)) goto error;
    result = PyObject_Repr(value);
error:
    return result;
}

static PyObject *
nested(PyObject *self, PyObject *args)
{
    PyObject *dict, *key;
    if (!PyArg_ParseTuple(args, "O!O", &PyDict_Type, &dict, &key))
        return NULL;
    PyObject *inner = PyDict_GetItemWithError(dict, key);
    if (inner != NULL && PyDict_Check(inner)) {
        PyObject *leaf = PyDict_GetItem(inner, key);
        if (leaf)
            return Py_NewRef(leaf);
        return PyObject_Str(inner);
    }
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

static PyObject *
weak(PyObject *self, PyObject *ref)
{
    PyObject *obj = PyWeakref_GetObject(ref);
    if (obj == Py_None) {
        PyErr_SetString(PyExc_ReferenceError, "gone");
        return NULL;
    }
    return PyObject_Str(obj);
}

static PyObject *
kind(PyObject *self, PyObject *args)
{
    PyObject *list; int mode;
    if (!PyArg_ParseTuple(args, "O!i", &PyList_Type, &list, &mode))
        return NULL;
    PyObject *item;
    if ((item = PyList_GetItem(list, 0)) == NULL)
        return NULL;
    switch (mode) {
    case 0:
        return PyObject_Repr(item);
    case 1:
        break;
    default:
        PyErr_SetString(PyExc_ValueError, "mode");
        return NULL;
    }
    const char *text = PyUnicode_AsUTF8(item);
    if (text == NULL)
        return NULL;
    return PyLong_FromLong(strlen(text));
}

static PyObject *
copy(PyObject *self, PyObject *list)
{
    PyObject *result = PyList_New(0);
    if (!result) return NULL;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        PyObject *item = PyList_GET_ITEM(list, i);
        if (PyList_Append(result, item) < 0) {
            Py_DECREF(result);
            return NULL;
        }
    }
    return result;
}

static PyMethodDef methods[] = {
    {"first", first, METH_O, NULL},
    {"total", total, METH_O, NULL},
    {"lookup", lookup, METH_VARARGS, NULL},
    {"nested", nested, METH_VARARGS, NULL},
    {"weak", weak, METH_O, NULL},
    {"kind", kind, METH_VARARGS, NULL},
    {"copy", copy, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "borrowed_ref", NULL, 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_borrowed_ref(void)
{
    return PyModuleDef_Init(&module);
}
