// tidy: differs
#include <Python.h>

static PyObject *
several(PyObject *self, PyObject *arg)
{
    static PyObject *one = NULL, *two = NULL;
    if (one == NULL)
        one = PyLong_FromLong(5000);
    if (two == NULL)
        two = PyLong_FromLong(6000);
    return PyTuple_Pack(2, one, two);
}

static PyObject *
with_others(PyObject *self, PyObject *arg)
{
    static PyObject *fixed = NULL, *key = NULL,
                    *unused;
    (void)fixed, (void)unused;
    if (key == NULL) key = PyUnicode_FromString("key");
    return Py_XNewRef(key);
}

static PyMethodDef methods[] = {
    {"several", several, METH_O, NULL},
    {"with_others", with_others, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "lazy", NULL, 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_lazy(void)
{
    return PyModuleDef_Init(&module);
}
