// ungil: --target-python 3.9
#include <Python.h>

/* Before Python 3.13 there is no PyMutex, and always a GIL. */
#if PY_VERSION_HEX < 0x030D0000
typedef char PyMutex;
#  define PyMutex_Lock(mutex) ((void)(mutex))
#  define PyMutex_Unlock(mutex) ((void)(mutex))
#endif

/* PyMutex is new in 3.13; before that the GIL does. */

static _Atomic(long) table[16];
static long used;
static PyMutex used_mutex; // held where used is used
static PyObject *last;

static PyObject *
remember(PyObject *self, PyObject *arg)
{
    long value = PyLong_AsLong(arg);
    if (value == -1 && PyErr_Occurred())
        return NULL;
    PyMutex_Lock(&used_mutex);
    if (used == 16)
        used = 0;
    table[used++] = value;
    PyObject *result = PyLong_FromLong(used);
    PyMutex_Unlock(&used_mutex);
    return result;
}

static PyObject *
recall(PyObject *self, PyObject *arg)
{
    static long calls;
    static PyMutex calls_mutex; // held where calls is used
    long sum = 0;
    for (int i = 0; i < 16; i++)
        sum += table[i];
    PyMutex_Lock(&calls_mutex);
    if (++calls % 2) {
        PyObject *result = PyLong_FromLong(calls);
        PyMutex_Unlock(&calls_mutex);
        return result;
    }
    PyMutex_Unlock(&calls_mutex);
    return PyLong_FromLong(sum);
}

static PyMethodDef methods[] = {
    {"remember", remember, METH_O, NULL},
    {"recall", recall, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "m", NULL, 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_m(void)
{
    return PyModuleDef_Init(&module);
}
