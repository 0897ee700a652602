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
    self->code = PyDict_GetItemString(state, "code");
    Py_XINCREF(self->code);
    Py_RETURN_NONE;
}

static PyObject *
set_first(PyObject *op, PyObject *list)
{
    Thing *self = (Thing *)op;
    PyObject *old = self->code;
    self->code = Py_XNewRef(PyList_GetItem(list, 0));
    Py_XDECREF(old);
    Py_RETURN_NONE;
}

static PyObject *
read_setup(PyObject *op, PyObject *list)
{
    struct setup s;
    s.code = PyLong_AsLong(PyList_GetItem(list, 0));
    s.value = PyLong_AsLong(PyList_GetItem(list, 1));
    if (PyErr_Occurred())
        return NULL;
    return PyLong_FromLong(s.code + s.value);
}

static PyObject *
length(PyObject *op, PyObject *list)
{
    return PyLong_FromSsize_t(PyObject_Size(PyList_GetItem(list, 0)));
}

static PyObject *
or_default(PyObject *op, PyObject *args)
{
    PyObject *dict, *key;
    if (!PyArg_ParseTuple(args, "O!O", &PyDict_Type, &dict, &key))
        return NULL;
    PyObject *value = PyDict_GetItem(dict, key);
    if (value == NULL)
        value = fallback;
    if (PyObject_IsTrue(value) < 0)
        return NULL;
    return PyObject_Repr(value);
}

static PyObject *
total_bytes(PyObject *op, PyObject *list)
{
    Py_ssize_t total = 0;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        char *data;
        Py_ssize_t size;
        PyObject *chunk = PyList_GET_ITEM(list, i);
        if (!PyBytes_Check(chunk)) {
            PyErr_SetString(PyExc_TypeError, "bytes expected");
            return NULL;
        }
        PyBytes_AsStringAndSize(chunk, &data, &size);
        total += size + data[0];
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
