#include <Python.h>
#include <string.h>

static const char *
next_word(void)
{
    return strtok(NULL, " ");  // no edit: 'next_word' goes on with what another function began
}

static PyObject *
two_words(PyObject *self, PyObject *arg)
{
    char copy[64];
    strncpy(copy, PyUnicode_AsUTF8(arg), sizeof(copy) - 1);
    copy[63] = 0;
    if (!strtok(copy, " "))  // no edit: 'next_word' goes on with what another function began
        Py_RETURN_NONE;
    return PyUnicode_FromString(next_word());
}

static PyMethodDef methods[] = {
    {"two_words", two_words, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "scan", NULL, 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_scan(void)
{
    return PyModuleDef_Init(&module);
}
