// tidy: differs
/* What other files may declare is mended by whoever reads all files. */
#include <Python.h>
#include <setjmp.h>

extern _Atomic(int) level;
_Atomic(int) level = 0;

_Thread_local jmp_buf out_of_memory;

double *where;
_Thread_local double sign_of_last;
extern _Thread_local double sign_of_last;

int odd_one(void), odd_two;

static PyObject *
set_level(PyObject *self, PyObject *arg)
{
    level = PyObject_IsTrue(arg);
    Py_RETURN_NONE;
}

static PyObject *
get_level(PyObject *self, PyObject *arg)
{
    return PyLong_FromLong(level);
}

static void *
need(size_t size)
{
    void *p = malloc(size);
    if (p == NULL)
        longjmp(out_of_memory, -1);
    return p;
}

static PyObject *
work(PyObject *self, PyObject *arg)
{
    if (setjmp(out_of_memory))
        return PyErr_NoMemory();
    free(need(64));
    Py_RETURN_NONE;
}

static double
magnitude(double x)
{
    extern _Thread_local double sign_of_last;
    sign_of_last = x < 0 ? -1 : 1;
    return x < 0 ? -x : x;
}

static PyObject *
twice(PyObject *self, PyObject *arg)
{
    double x = magnitude(PyFloat_AsDouble(arg));
    return PyFloat_FromDouble(2 * x * sign_of_last);
}

static PyObject *
set_odd(PyObject *self, PyObject *arg)
{
    odd_two = PyObject_IsTrue(arg);  // no edit: its definition was not seen
    Py_RETURN_NONE;
}

static _Atomic(int) high;
static _Atomic(int) low;

static PyObject *
set_range(PyObject *self, PyObject *arg)
{
    low = 1;
    high = 2;
    Py_RETURN_NONE;
}

static PyObject *
get_range(PyObject *self, PyObject *arg)
{
    return Py_BuildValue("ii", low, high);
}

static PyMethodDef methods[] = {
    {"set_level", set_level, METH_O, NULL},
    {"get_level", get_level, METH_O, NULL},
    {"work", work, METH_O, NULL},
    {"twice", twice, METH_O, NULL},
    {"set_range", set_range, METH_O, NULL},
    {"get_range", get_range, METH_O, NULL},
    {"set_odd", set_odd, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "outer", NULL, 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_outer(void)
{
    return PyModuleDef_Init(&module);
}
