// ungil: --compat --no-verify
#include <Python.h>

static PyObject *kept;

static PyObject *
plain(PyObject *self, PyObject *arg)
{
    if (Py_REFCNT(kept) == 1)
        return Py_NewRef(kept);
    return PySequence_List(kept);
}

static PyObject *
negated(PyObject *self, PyObject *arg)
{
    if (kept != NULL && Py_REFCNT(kept) != 1)
        return PySequence_List(kept);
    return Py_NewRef(kept);
}

static PyObject *
greater(PyObject *self, PyObject *arg)
{
    PyObject *list = kept;
    while (Py_REFCNT(list) > 1) {
        list = PySequence_List(list);
        if (list == NULL)
            return NULL;
        if (PyList_GET_SIZE(list) == 0)
            continue;
        break;
    }
    return list;
}

static PyObject *
typed(PyObject *self, PyObject *arg)
{
    PyListObject *list = (PyListObject *)kept;
    if (PyObject_IsTrue(arg)) {
        Py_RETURN_NONE;
    } else if (Py_REFCNT(list) < 2)
        goto alone;
    Py_RETURN_FALSE;
alone:
    Py_RETURN_TRUE;
}

static PyObject *
conditional(PyObject *self, PyObject *arg)
{
    return Py_REFCNT(kept) == 1 ? Py_NewRef(kept) : PySequence_List(kept);
}

static PyObject *
in_switch(PyObject *self, PyObject *arg)
{
    switch (PyObject_IsTrue(arg)) {
    case 1:
        if (Py_REFCNT((PyObject *)kept) >= 2) break;
        Py_RETURN_TRUE;
    }
    Py_RETURN_FALSE;
}

static PyObject *
kept_count(PyObject *self, PyObject *arg)
{
    Py_ssize_t count = Py_REFCNT(kept);  // no edit: the count is not compared with one right here
    if (count == 1)
        Py_RETURN_TRUE;
    Py_RETURN_FALSE;
}

static PyObject *
more(PyObject *self, PyObject *arg)
{
    if (Py_REFCNT(kept) == 3)  // no edit: the count is not compared with one right here
        Py_RETURN_TRUE;
    Py_RETURN_FALSE;
}

#define ALONE(x) (Py_REFCNT(x) == 1)

static PyObject *
by_macro(PyObject *self, PyObject *arg)
{
    if (ALONE(kept))  // no edit: the code is in the body of a macro
        Py_RETURN_TRUE;
    Py_RETURN_FALSE;
}

static PyMethodDef methods[] = {
    {"plain", plain, METH_O, NULL},
    {"negated", negated, METH_O, NULL},
    {"greater", greater, METH_O, NULL},
    {"typed", typed, METH_O, NULL},
    {"conditional", conditional, METH_O, NULL},
    {"in_switch", in_switch, METH_O, NULL},
    {"kept_count", kept_count, METH_O, NULL},
    {"more", more, METH_O, NULL},
    {"by_macro", by_macro, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "counts", NULL, 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_counts(void)
{
    kept = PyList_New(0);
    return PyModuleDef_Init(&module);
}
