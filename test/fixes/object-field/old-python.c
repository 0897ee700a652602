// ungil: --target-python 3.9
#include <Python.h>

/* Critical sections are new in 3.13; before that the GIL does. */

typedef struct {
    PyObject_HEAD
    PyObject *value;
    long changes;
} Box;

static PyObject *
set(Box *self, PyObject *value)
{
    Py_XSETREF(self->value, Py_NewRef(value));
    self->changes++;
    Py_RETURN_NONE;
}

static PyObject *
get(Box *self, PyObject *unused)
{
    if (self->value == NULL)
        Py_RETURN_NONE;
    return Py_NewRef(self->value);
}

static PyObject *
changes(Box *self, PyObject *unused)
{
    return PyLong_FromLong(self->changes);
}

static PyMethodDef methods[] = {
    {"set", (PyCFunction)set, METH_O, NULL},
    {"get", (PyCFunction)get, METH_NOARGS, NULL},
    {"changes", (PyCFunction)changes, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_methods, methods},
    {0, NULL},
};

PyType_Spec spec = {"m.Box", sizeof(Box), 0, Py_TPFLAGS_DEFAULT, slots};
