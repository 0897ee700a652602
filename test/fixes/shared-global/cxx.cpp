// tidy: differs
#include <Python.h>

static long calls = 0;
namespace {
static bool debug;
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
    static double scale;
    scale = PyFloat_AsDouble(arg);
    for (int i = 0; i < 3; i++)
        factors[i] = i * scale;
    return PyFloat_FromDouble(factors[2]);
}

static volatile int actions[] = {0, 1, 2};
static long hits[3];

static PyObject *
set_action(PyObject *self, PyObject *arg)
{
    actions[PyObject_IsTrue(arg)] = 2;
    hits[1]++;
    Py_RETURN_NONE;
}

static PyObject *
get_action(PyObject *self, PyObject *arg)
{
    return PyLong_FromLong(actions[PyObject_IsTrue(arg)] + hits[1]);
}

static PyMethodDef methods[] = {
    {"count", count, METH_O, nullptr},
    {"counted", counted, METH_O, nullptr},
    {"scaled", scaled, METH_O, nullptr},
    {"set_action", set_action, METH_O, nullptr},
    {"get_action", get_action, METH_O, nullptr},
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
