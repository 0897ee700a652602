#include <Python.h>

static PyObject *kept;

static PyObject *
resize(PyObject *self, PyObject *arg)
{
    if (Py_REFCNT(kept) == 1)  // no edit: 'PyUnstable_Object_IsUniquelyReferenced' is new in Python 3.14
        return Py_NewRef(kept);
    return PySequence_List(kept);
}

static PyObject *
counted(PyObject *self, PyObject *arg)
{
    Py_ssize_t count = Py_REFCNT(kept);  // no edit: the count is not compared with one right here
    if (count == 1)
        return Py_NewRef(kept);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"resize", resize, METH_O, NULL},
    {"counted", counted, METH_O, NULL},
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
