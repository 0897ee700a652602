#include <Python.h>

typedef struct {
    PyObject_HEAD
    PyObject *code;
} Thing;

struct setup { long code, value; };
static PyObject *fallback;

static PyObject *
set_state(PyObject *op, PyObject *state)
{
    Thing *self = (Thing *)op;
    Py_CLEAR(self->code);
    if (PyDict_GetItemStringRef(state, "code", &self->code) < 0)
        PyErr_Clear();
    Py_RETURN_NONE;
}

static PyObject *
set_first(PyObject *op, PyObject *list)
{
    Thing *self = (Thing *)op;
    PyObject *old = self->code;
    self->code = PyList_GetItemRef(list, 0);
    Py_XDECREF(old);
    Py_RETURN_NONE;
}

static PyObject *
read_setup(PyObject *op, PyObject *list)
{
    struct setup s;
    PyObject *item = PyList_GetItemRef(list, 0);
    s.code = PyLong_AsLong(item);
    Py_XDECREF(item);
    PyObject *item2 = PyList_GetItemRef(list, 1);
    s.value = PyLong_AsLong(item2);
    Py_XDECREF(item2);
    if (PyErr_Occurred())
        return NULL;
    return PyLong_FromLong(s.code + s.value);
}

static PyObject *
length(PyObject *op, PyObject *list)
{
    PyObject *item = PyList_GetItemRef(list, 0);
    PyObject *result = PyLong_FromSsize_t(PyObject_Size(item));
    Py_XDECREF(item);
    return result;
}

static PyObject *
or_default(PyObject *op, PyObject *args)
{
    PyObject *dict, *key;
    if (!PyArg_ParseTuple(args, "O!O", &PyDict_Type, &dict, &key))
        return NULL;
    PyObject *value;
    if (PyDict_GetItemRef(dict, key, &value) < 0)
        PyErr_Clear();
    if (value == NULL)
        value = Py_NewRef(fallback);
    if (PyObject_IsTrue(value) < 0) {
        Py_DECREF(value);
        return NULL;
    }
    PyObject *result = PyObject_Repr(value);
    Py_DECREF(value);
    return result;
}

static PyObject *
total_bytes(PyObject *op, PyObject *list)
{
    Py_ssize_t total = 0;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        char *data;
        Py_ssize_t size;
        PyObject *chunk = PyList_GetItemRef(list, i);
        if (chunk == NULL)
            return NULL;
        if (!PyBytes_Check(chunk)) {
            PyErr_SetString(PyExc_TypeError, "bytes expected");
            Py_DECREF(chunk);
            return NULL;
        }
        PyBytes_AsStringAndSize(chunk, &data, &size);
        total += size + data[0];
        Py_DECREF(chunk);
    }
    return PyLong_FromSsize_t(total);
}

static PyMethodDef methods[] = {
    {"set_state", set_state, METH_O, NULL},
    {"set_first", set_first, METH_O, NULL},
    {"read_setup", read_setup, METH_O, NULL},
    {"length", length, METH_O, NULL},
    {"or_default", or_default, METH_VARARGS, NULL},
    {"total_bytes", total_bytes, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject ThingType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "b.Thing",
    .tp_basicsize = sizeof(Thing),
    .tp_methods = methods,
};

PyMODINIT_FUNC
PyInit_b(void)
{
    static struct PyModuleDef module = {
        PyModuleDef_HEAD_INIT, "b", NULL, -1, NULL, NULL, NULL, NULL, NULL,
    };
    fallback = PyLong_FromLong(7);
    if (PyType_Ready(&ThingType) < 0)
        return NULL;
    return PyModule_Create(&module);
}
