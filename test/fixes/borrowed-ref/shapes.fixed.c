#include <Python.h>

static PyObject *
first(PyObject *self, PyObject *list)
{
    PyObject *item = PyList_GetItemRef(list, 0);
    if (item == NULL)
        return NULL;
    return item;
}

static PyObject *
total(PyObject *self, PyObject *list)
{
    long sum = 0;
    for (Py_ssize_t i = 0; i < PyList_Size(list); i++) {
        PyObject *item = PyList_GetItemRef(list, i);
        if (!item)
            return NULL;
        if (item == Py_None) {
            Py_DECREF(item);
            continue;
        }
        long v = PyLong_AsLong(item);
        Py_DECREF(item);
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
    PyDict_GetItemRef(dict, key, &value);
    if (value == NULL) {
        if (!PyErr_Occurred())
            PyErr_SetObject(PyExc_KeyError, key);
        goto error;
    }
    if (PyLong_Check(value)) {
        Py_DECREF(value);
        goto error;
    }
    result = PyObject_Repr(value);
    Py_DECREF(value);
error:
    return result;
}

static PyObject *
nested(PyObject *self, PyObject *args)
{
    PyObject *dict, *key;
    if (!PyArg_ParseTuple(args, "O!O", &PyDict_Type, &dict, &key))
        return NULL;
    PyObject *inner;
    PyDict_GetItemRef(dict, key, &inner);
    if (inner != NULL && PyDict_Check(inner)) {
        PyObject *leaf;
        if (PyDict_GetItemRef(inner, key, &leaf) < 0)
            PyErr_Clear();
        if (leaf) {
            Py_DECREF(inner);
            return leaf;
        }
        PyObject *result = PyObject_Str(inner);
        Py_DECREF(inner);
        return result;
    }
    Py_XDECREF(inner);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

static PyObject *
weak(PyObject *self, PyObject *ref)
{
    PyObject *obj;
    PyWeakref_GetRef(ref, &obj);
    if (obj == NULL) {
        PyErr_SetString(PyExc_ReferenceError, "gone");
        return NULL;
    }
    PyObject *result = PyObject_Str(obj);
    Py_DECREF(obj);
    return result;
}

static PyObject *
kind(PyObject *self, PyObject *args)
{
    PyObject *list; int mode;
    if (!PyArg_ParseTuple(args, "O!i", &PyList_Type, &list, &mode))
        return NULL;
    PyObject *item;
    if ((item = PyList_GetItemRef(list, 0)) == NULL)
        return NULL;
    switch (mode) {
    case 0:
        {
            PyObject *result = PyObject_Repr(item);
            Py_DECREF(item);
            return result;
        }
    case 1:
        break;
    default:
        PyErr_SetString(PyExc_ValueError, "mode");
        Py_DECREF(item);
        return NULL;
    }
    const char *text = PyUnicode_AsUTF8(item);
    if (text == NULL) {
        Py_DECREF(item);
        return NULL;
    }
    PyObject *result = PyLong_FromLong(strlen(text));
    Py_DECREF(item);
    return result;
}

static PyObject *
copy(PyObject *self, PyObject *list)
{
    PyObject *result = PyList_New(0);
    if (!result) return NULL;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        PyObject *item = PyList_GetItemRef(list, i);
        if (item == NULL) {
            Py_DECREF(result);
            return NULL;
        }
        if (PyList_Append(result, item) < 0) {
            Py_DECREF(result);
            Py_DECREF(item);
            return NULL;
        }
        Py_DECREF(item);
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
