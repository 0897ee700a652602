#include <Python.h>
#include <stdio.h>
#include <string.h>

static long calls = 0;
static Py_ssize_t total;
static int debug = 0;
static unsigned long flags;

static PyObject *
count(PyObject *self, PyObject *arg)
{
    calls++;
    total += PyObject_Size(arg);
    flags |= 1u;
    Py_RETURN_NONE;
}

static PyObject *
counted(PyObject *self, PyObject *arg)
{
    return Py_BuildValue("lnk", calls, total, flags);
}

static PyObject *
set_debug(PyObject *self, PyObject *arg)
{
    if (PyObject_IsTrue(arg))
        debug = 1;
    else
        debug = 0;
    Py_RETURN_NONE;
}

static PyObject *
work(PyObject *self, PyObject *arg)
{
    if (debug)
        printf("work\n");
    Py_RETURN_NONE;
}

static PyObject *
version(PyObject *self, PyObject *arg)
{
    static char text[32];
    snprintf(text, sizeof(text), "%d.%d", 1, 2);
    return PyUnicode_FromString(text);
}

static const char *
describe(long n)
{
    static char buffer[64];
    sprintf(buffer, "number %ld", n);
    return buffer;
}

static PyObject *
describe_it(PyObject *self, PyObject *arg)
{
    return PyUnicode_FromString(describe(PyLong_AsLong(arg)));
}

static PyObject *
fortran(PyObject *self, PyObject *arg)
{
    static double x = 0.0;
    static long i;
    static double *p;
    double work_area[8] = {0};
    p = work_area;
    x = PyFloat_AsDouble(arg);
    for (i = 0; i < 8; i++) {
        if (x < 0)
            continue;
        p[i] = x * i;
    }
    return PyFloat_FromDouble(p[3] + x);
}

static PyObject *
result_of(PyObject *self, PyObject *arg)
{
    static PyObject *result;
    result = PyObject_Repr(arg);
    if (result == NULL)
        return NULL;
    return result;
}

static double sign;

static void
gamma_sign(double x)
{
    sign = x < 0 ? -1 : 1;
}

static PyObject *
gamma_of(PyObject *self, PyObject *arg)
{
    gamma_sign(PyFloat_AsDouble(arg));
    return PyFloat_FromDouble(sign);
}

static long next_id;

static PyObject *
new_id(PyObject *self, PyObject *arg)
{
    next_id++;
    return PyLong_FromLong(next_id);
}

static int busy;

static PyObject *
enter(PyObject *self, PyObject *arg)
{
    if (busy)
        Py_RETURN_FALSE;
    busy = 1;
    PyObject *done = PyObject_CallNoArgs(arg);
    busy = 0;
    return done;
}

static PyObject *
sometimes(PyObject *self, PyObject *arg)
{
    static char last[32] = "none";
    if (PyUnicode_Check(arg))
        snprintf(last, sizeof(last), "%s", PyUnicode_AsUTF8(arg));
    return PyUnicode_FromString(last);
}

static PyObject *current;

static PyObject *
set_current(PyObject *self, PyObject *arg)
{
    Py_XSETREF(current, Py_NewRef(arg));  // no edit: an object that is replaced while others use it
    Py_RETURN_NONE;
}

static PyObject *
get_current(PyObject *self, PyObject *arg)
{
    return Py_XNewRef(current);
}

static int shared_level;

static PyObject *
set_level(PyObject *self, PyObject *arg)
{
    shared_level = PyObject_IsTrue(arg);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"count", count, METH_O, NULL},
    {"counted", counted, METH_O, NULL},
    {"set_debug", set_debug, METH_O, NULL},
    {"work", work, METH_O, NULL},
    {"version", version, METH_O, NULL},
    {"describe_it", describe_it, METH_O, NULL},
    {"fortran", fortran, METH_O, NULL},
    {"result_of", result_of, METH_O, NULL},
    {"gamma_of", gamma_of, METH_O, NULL},
    {"new_id", new_id, METH_O, NULL},
    {"enter", enter, METH_O, NULL},
    {"sometimes", sometimes, METH_O, NULL},
    {"set_current", set_current, METH_O, NULL},
    {"get_current", get_current, METH_O, NULL},
    {"set_level", set_level, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "shared", NULL, 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_shared(void)
{
    return PyModuleDef_Init(&module);
}
