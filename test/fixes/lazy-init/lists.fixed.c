// tidy: differs
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

static PyObject *
several(PyObject *self, PyObject *arg)
{
    static _Atomic(PyObject *) two_cache = NULL;
    PyObject *two = atomic_load(&two_cache);
    static _Atomic(PyObject *) one_cache = NULL;
    PyObject *one = atomic_load(&one_cache);
    if (one == NULL)
        one = keep_first(&one_cache, PyLong_FromLong(5000));
    if (two == NULL)
        two = keep_first(&two_cache, PyLong_FromLong(6000));
    return PyTuple_Pack(2, one, two);
}

static PyObject *
with_others(PyObject *self, PyObject *arg)
{
    static PyObject *fixed = NULL, *unused;
    static _Atomic(PyObject *) key_cache = NULL;
    PyObject *key = atomic_load(&key_cache);
    (void)fixed, (void)unused;
    if (key == NULL) key = keep_first(&key_cache, PyUnicode_FromString("key"));
    return Py_XNewRef(key);
}

static PyMethodDef methods[] = {
    {"several", several, METH_O, NULL},
    {"with_others", with_others, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "lazy", NULL, 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_lazy(void)
{
    return PyModuleDef_Init(&module);
}
