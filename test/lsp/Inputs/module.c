#include <Python.h>

static PyObject *first(PyObject *self, PyObject *list) {
    if (!PyList_CheckExact(list))
        return NULL;
    PyObject *item = PyList_GetItem(list, 0);
    if (!item)
        return NULL;
    long value = PyLong_AsLong(item);
    return PyLong_FromLong(value);
}

static PyMethodDef methods[] = {{"first", first, METH_O, ""}, {0}};

static int setup(PyObject *module) { return 0; }

static PyModuleDef_Slot slots[] = {{Py_mod_exec, setup},
                                   {Py_mod_gil, Py_MOD_GIL_NOT_USED},
                                   {0, NULL}};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "module", 0, 0, methods, slots};

PyMODINIT_FUNC PyInit_module(void) { return PyModuleDef_Init(&definition); }
