#include <Python.h>

static PyObject *shared;

static PyObject *
replaced(PyObject *self, PyObject *arg)
{
    if (PyList_SetItem(shared, 0, Py_NewRef(arg)) < 0)
        return NULL;
    PyObject *text = PyObject_Repr(arg);
    if (text == NULL)
        return NULL;
    return text;
}

static PyObject *
in_loop(PyObject *self, PyObject *arg)
{
    PyObject *result = NULL;
    for (int i = 0; i < 3; i++) {
        PyObject *number = PyLong_FromLong(i);
        if (number == NULL)
            goto done;
        if (i == 1) {
            Py_DECREF(number);
            continue;
        }
        if (PyList_SetItem(shared, i, number) < 0)
            goto done;
        if (PyList_Append(shared, arg) < 0)
            goto done;
    }
    result = Py_NewRef(Py_None);
done:
    return result;
}

static PyObject *
released(PyObject *self, PyObject *arg)
{
    PyObject *old = PyList_GET_ITEM(shared, 0);
    PyList_SET_ITEM(shared, 0, Py_NewRef(arg));  // no edit: the old item may be released by the function itself
    Py_DECREF(old);
    Py_RETURN_NONE;
}

static PyObject *
no_example(PyObject *self, PyObject *arg)
{
    PyList_SET_ITEM(shared, 0, Py_NewRef(arg));  // no edit: 'PyList_SetItem' can fail
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"replaced", replaced, METH_O, NULL},
    {"in_loop", in_loop, METH_O, NULL},
    {"released", released, METH_O, NULL},
    {"no_example", no_example, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "direct", NULL, 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_direct(void)
{
    shared = PyList_New(3);
    return PyModuleDef_Init(&module);
}
