#include <Python.h>
#include <atomic>

static std::atomic<long> calls{0};
namespace {
static std::atomic<bool> debug{};
}

static PyObject *
count(PyObject *self, PyObject *arg)
{
    ++calls;
    return PyBool_FromLong(debug);
}

static PyObject *
counted(PyObject *self, PyObject *arg)
{
    debug = arg == Py_True;
    return PyLong_FromLong(calls);
}

static PyObject *
scaled(PyObject *self, PyObject *arg)
{
    static double factors[3];
    double scale;
    scale = PyFloat_AsDouble(arg);
    for (int i = 0; i < 3; i++)
        factors[i] = i * scale;
    return PyFloat_FromDouble(factors[2]);
}

static PyMethodDef methods[] = {
    {"count", count, METH_O, nullptr},
    {"counted", counted, METH_O, nullptr},
    {"scaled", scaled, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "shared", nullptr, 0, methods,
    nullptr, nullptr, nullptr, nullptr,
};

PyMODINIT_FUNC
PyInit_shared(void)
{
    return PyModuleDef_Init(&module);
}
