#include "disk.h"

static PyObject *
uptime(PyObject *self, PyObject *args)
{
    return PyLong_FromLong(mounted_at());
}

static PyMethodDef methods[] = {
    {"disk_partitions", disk_partitions, METH_VARARGS, NULL},
    {"uptime", uptime, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {{0, NULL}};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "disk", NULL, 0, methods, slots,
};

PyMODINIT_FUNC
PyInit_disk(void)
{
    return PyModuleDef_Init(&module);
}
