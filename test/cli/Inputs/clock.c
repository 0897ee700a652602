#include <Python.h>
#include <time.h>

static PyObject *
year(PyObject *self, PyObject *unused)
{
    time_t now = time(NULL);
    struct tm *parts = localtime(&now);
    return PyLong_FromLong(parts->tm_year + 1900);
}

static PyMethodDef methods[] = {
    {"year", year, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "clock", NULL, 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_clock(void)
{
    return PyModuleDef_Init(&module);
}
