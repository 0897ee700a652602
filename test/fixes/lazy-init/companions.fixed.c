#include <Python.h>
#include <stdatomic.h>

/* Keeps value in *cache, or drops it for what another thread kept. */
static inline PyObject *
keep_first(_Atomic(PyObject *) *cache, PyObject *value)
{
    PyObject *first = NULL;
    if (value == NULL ||
        atomic_compare_exchange_strong(cache, &first, value))
        return value;
    Py_DECREF(value);
    return first;
}

/* Several under the test of one, and what is no object. */

static int
lazy_names(PyObject *object)
{
    static _Atomic(PyObject *) wrapped_str_cache = NULL;
    PyObject *wrapped_str = atomic_load(&wrapped_str_cache);
    static _Atomic(PyObject *) factory_str_cache = NULL;
    PyObject *factory_str = atomic_load(&factory_str_cache);
    static _Atomic(PyObject *) get_str_cache = NULL;
    PyObject *get_str = atomic_load(&get_str_cache);
    PyObject *value;

    if (!wrapped_str || factory_str == NULL || get_str == NULL)
    {
        wrapped_str = keep_first(&wrapped_str_cache, PyUnicode_InternFromString("__wrapped__"));
        factory_str = keep_first(&factory_str_cache, PyUnicode_InternFromString("__wrapped_factory__"));
        get_str = keep_first(&get_str_cache, PyUnicode_InternFromString("__wrapped_get__"));
    }
    value = PyObject_GetAttr(object, factory_str);
    if (!value)
        return -1;
    Py_DECREF(value);
    return PyObject_HasAttr(object, get_str) + PyObject_HasAttr(object, wrapped_str);
}

static PyObject *
names(PyObject *self, PyObject *arg)
{
    int n = lazy_names(arg);
    return n < 0 ? NULL : PyLong_FromLong(n);
}

static int
byte_order(void)
{
    static int order = -1;
    static PyMutex order_mutex; // held where order is used
    PyMutex_Lock(&order_mutex);
    if (order < 0) {
        union { long number; char bytes[sizeof(long)]; } both = {1};
        order = both.bytes[0] == 1;
    }
    int result = order;
    PyMutex_Unlock(&order_mutex);
    return result;
}

static PyObject *
little(PyObject *self, PyObject *unused)
{
    return PyBool_FromLong(byte_order());
}

static unsigned table[256];
static PyMutex table_mutex; // held where table is used

static unsigned
checksum(const char *bytes, Py_ssize_t n)
{
    unsigned sum = 0;
    PyMutex_Lock(&table_mutex);
    if (table[255] == 0) {
        for (unsigned i = 0; i < 256; i++) {
            if (i == 7)
                continue;
            table[i] = i * 2654435761u | 1;
        }
    }
    for (Py_ssize_t i = 0; i < n; i++)
        sum ^= table[(unsigned char)bytes[i]];
    PyMutex_Unlock(&table_mutex);
    return sum;
}

static PyObject *
sum(PyObject *self, PyObject *arg)
{
    if (!PyBytes_Check(arg))
        return PyErr_Format(PyExc_TypeError, "no bytes");
    return PyLong_FromUnsignedLong(
        checksum(PyBytes_AS_STRING(arg), PyBytes_GET_SIZE(arg)));
}

static PyMethodDef methods[] = {
    {"names", names, METH_O, NULL},
    {"little", little, METH_NOARGS, NULL},
    {"sum", sum, METH_O, NULL},
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
