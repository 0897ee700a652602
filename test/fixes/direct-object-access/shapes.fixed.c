#include <Python.h>

static PyObject *shared;

/* The list keeps the lock, the item is released by it. */
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

/* The function takes the old item out itself. */
static PyObject *
released(PyObject *self, PyObject *arg)
{
    PyObject *old;
    Py_BEGIN_CRITICAL_SECTION(shared);
    old = PyList_GET_ITEM(shared, 0);
    PyList_SET_ITEM(shared, 0, Py_NewRef(arg));
    Py_END_CRITICAL_SECTION();
    Py_XDECREF(old);
    Py_RETURN_NONE;
}

/* How this function fails nobody knows. */
static PyObject *
no_example(PyObject *self, PyObject *list)
{
    if (PyList_GET_SIZE(list) > 0) {
        Py_BEGIN_CRITICAL_SECTION(list);
        PyList_SET_ITEM(list, 0, Py_NewRef(Py_None));
        Py_END_CRITICAL_SECTION();
    }
    Py_RETURN_NONE;
}

static PyObject *
in_switch(PyObject *self, PyObject *list)
{
    switch (PyList_GET_SIZE(list)) {
    case 0:
        break;
    case 1: {
        Py_BEGIN_CRITICAL_SECTION(list);
        PyList_SET_ITEM(list, 0, Py_NewRef(Py_None));
        Py_END_CRITICAL_SECTION();
        break;
    }
    default:
        Py_RETURN_FALSE;
    }
    Py_RETURN_TRUE;
}

/* Two of one list, exchanged. */
static PyObject *
exchanged(PyObject *self, PyObject *list)
{
    Py_BEGIN_CRITICAL_SECTION(list);
    PyObject *a = PyList_GET_ITEM(list, 0);
    PyObject *b = PyList_GET_ITEM(list, 1);
    PyList_SET_ITEM(list, 0, b);
    PyList_SET_ITEM(list, 1, a);
    Py_END_CRITICAL_SECTION();
    Py_RETURN_NONE;
}

static PyObject *
in_expression(PyObject *self, PyObject *list)
{
    return PyList_SET_ITEM(list, 0, Py_NewRef(Py_None)), Py_NewRef(list);  // no edit: the call is not a statement of its own
}

#define CLEAR(list, i) PyList_SET_ITEM(list, i, Py_NewRef(Py_None))

static PyObject *
by_macro(PyObject *self, PyObject *list)
{
    CLEAR(list, 0);  // no edit: the code is in the body of a macro
    Py_RETURN_NONE;
}

/* How large a dict is. */
static PyObject *
size(PyObject *self, PyObject *dict)
{
    Py_ssize_t n = PyDict_Size(dict);
    PyDictObject *typed = (PyDictObject *)dict;
    if (PyDict_Size((PyObject *)typed) == 0)
        Py_RETURN_NONE;
    return PyLong_FromSsize_t(n);
}

static PyTypeObject *other;

static PyObject *
become(PyObject *self, PyObject *arg)
{
    Py_SET_TYPE(arg, other);  // no edit: no function of the API does this to an object in use
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"replaced", replaced, METH_O, NULL},
    {"in_loop", in_loop, METH_O, NULL},
    {"released", released, METH_O, NULL},
    {"no_example", no_example, METH_O, NULL},
    {"in_switch", in_switch, METH_O, NULL},
    {"exchanged", exchanged, METH_O, NULL},
    {"in_expression", in_expression, METH_O, NULL},
    {"by_macro", by_macro, METH_O, NULL},
    {"size", size, METH_O, NULL},
    {"become", become, METH_O, NULL},
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
