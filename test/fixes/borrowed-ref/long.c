#include <Python.h>

/* What would be longer than the lines of the file is broken behind a comma. */

static PyObject *
find(PyObject *mod, PyObject *registered_converters)
{
    PyObject *converter_found = PyDict_GetItemString(
        registered_converters, "default");
    if (converter_found == NULL)
        Py_RETURN_NONE;
    return PyObject_Repr(converter_found);
}

static PyMethodDef methods[] = {
    {"find", find, METH_O, NULL},
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
