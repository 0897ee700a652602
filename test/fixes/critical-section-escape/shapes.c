// tidy: differs
#include <Python.h>

/* What leaves between the two macros. */

static PyObject *
early(PyObject *self, PyObject *list)
{
    Py_BEGIN_CRITICAL_SECTION(list);
    if (PyList_GET_SIZE(list) == 0)
        return NULL;
    PyList_SET_ITEM(list, 0, Py_NewRef(Py_None));
    Py_END_CRITICAL_SECTION();
    Py_RETURN_NONE;
}

static PyObject *
computed(PyObject *self, PyObject *list)
{
    Py_BEGIN_CRITICAL_SECTION(list);
    Py_ssize_t n = PyList_GET_SIZE(list);
    if (n > 0)
        return PyLong_FromSsize_t(n);
    Py_END_CRITICAL_SECTION();
    Py_RETURN_NONE;
}

static PyObject *
macro_return(PyObject *self, PyObject *list)
{
    Py_BEGIN_CRITICAL_SECTION(list);
    if (PyList_GET_SIZE(list) == 1) {
        Py_RETURN_TRUE;
    }
    Py_END_CRITICAL_SECTION();
    Py_RETURN_FALSE;
}

static PyObject *
loop(PyObject *self, PyObject *list)
{
    Py_BEGIN_CRITICAL_SECTION(list);
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        if (i == 3)
            continue;
        if (PyList_GET_ITEM(list, i) == Py_None)
            return NULL;
    }
    Py_END_CRITICAL_SECTION();
    Py_RETURN_NONE;
}

static PyObject *
nested_loops(PyObject *self, PyObject *list)
{
    Py_BEGIN_CRITICAL_SECTION(list);
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            if (i * j == 4)
                return NULL;
        }
    }
    PyList_SET_ITEM(list, 0, Py_NewRef(Py_None));
    Py_END_CRITICAL_SECTION();
    Py_RETURN_NONE;
}

static PyObject *
cleanup(PyObject *self, PyObject *list)
{
    PyObject *result = NULL;
    Py_BEGIN_CRITICAL_SECTION(list);
    if (PyList_GET_SIZE(list) == 0)
        goto error;
    PyList_SET_ITEM(list, 0, Py_NewRef(Py_None));
    Py_END_CRITICAL_SECTION();
    return Py_NewRef(list);
error:
    PyErr_SetNone(PyExc_ValueError);
    return result;
}

static PyObject *
choice(PyObject *self, PyObject *list)
{
    Py_BEGIN_CRITICAL_SECTION(list);
    switch (PyList_GET_SIZE(list)) {
    case 0:
        return PyLong_FromLong(0);
    case 1:
        break;
    default:
        return NULL;
    }
    Py_END_CRITICAL_SECTION();
    Py_RETURN_NONE;
}

static PyObject *
out_of_loop(PyObject *self, PyObject *lists)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(lists); i++) {
        PyObject *list = PyTuple_GET_ITEM(lists, i);
        Py_BEGIN_CRITICAL_SECTION(list);
        if (PyList_GET_SIZE(list) == 0)
            break;
        PyList_SET_ITEM(list, 0, Py_NewRef(Py_None));
        Py_END_CRITICAL_SECTION();
    }
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"early", early, METH_O, NULL},
    {"computed", computed, METH_O, NULL},
    {"macro_return", macro_return, METH_O, NULL},
    {"loop", loop, METH_O, NULL},
    {"nested_loops", nested_loops, METH_O, NULL},
    {"cleanup", cleanup, METH_O, NULL},
    {"choice", choice, METH_O, NULL},
    {"out_of_loop", out_of_loop, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
    {0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "fx",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit_fx(void)
{
    return PyModuleDef_Init(&module);
}
