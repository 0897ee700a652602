#include <Python.h>

static PyObject *
attribute(PyObject *self, PyObject *arg)
{
    static PyObject *name = nullptr;
    if (!name)
        name = PyUnicode_InternFromString("name");
    if (!name)
        return nullptr;
    return PyObject_GetAttr(arg, name);
}

static PyObject *
type_of(PyObject *self, PyObject *arg)
{
    static PyTypeObject *type = nullptr;
    if (type == nullptr) {
        type = reinterpret_cast<PyTypeObject *>(
            PyObject_GetAttrString(self, "type"));
        if (type == nullptr)
            return nullptr;
    }
    return PyBool_FromLong(PyObject_TypeCheck(arg, type));
}

static PyMethodDef methods[] = {
    {"attribute", attribute, METH_O, nullptr},
    {"type_of", type_of, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "lazy", nullptr, 0, methods,
    nullptr, nullptr, nullptr, nullptr,
};

PyMODINIT_FUNC
PyInit_lazy(void)
{
    return PyModuleDef_Init(&module);
}
