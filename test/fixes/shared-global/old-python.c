// ungil: --target-python 3.9
#include <Python.h>

/* PyMutex is new in 3.13; before that the GIL does. */

static long table[16];
static long used;
static PyObject *last;

static PyObject *
remember(PyObject *self, PyObject *arg)
{
    long value = PyLong_AsLong(arg);
    if (value == -1 && PyErr_Occurred())
        return NULL;
    if (used == 16)
        used = 0;
    table[used++] = value;
    return PyLong_FromLong(used);
}

static PyObject *
recall(PyObject *self, PyObject *arg)
{
    static long calls;
    long sum = 0;
    for (int i = 0; i < 16; i++)
        sum += table[i];
    if (++calls % 2)
        return PyLong_FromLong(calls);
    return PyLong_FromLong(sum);
}

static PyMethodDef methods[] = {
    {"remember", remember, METH_O, NULL},
    {"recall", recall, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "m", NULL, 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_m(void)
{
    return PyModuleDef_Init(&module);
}
