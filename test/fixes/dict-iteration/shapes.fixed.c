#include <Python.h>

static PyObject *
total(PyObject *self, PyObject *dict)
{
    PyObject *key, *value;
    Py_ssize_t pos = 0;
    long sum = 0;

    int failed = 0;
    Py_BEGIN_CRITICAL_SECTION(dict);
    while (PyDict_Next(dict, &pos, &key, &value)) {
        Py_INCREF(value);
        long n = PyLong_AsLong(value);
        if (n == -1 && PyErr_Occurred()) {
            Py_DECREF(value);
            failed = 1;
            break;
        }
        sum += n;
        Py_DECREF(value);
    }
    Py_END_CRITICAL_SECTION();
    if (failed)
        return NULL;
    return PyLong_FromLong(sum);
}

static PyObject *
strings(PyObject *self, PyObject *dict)
{
    PyObject *key, *value;
    Py_ssize_t pos = 0, count = 0;

    Py_BEGIN_CRITICAL_SECTION(dict);
    while (PyDict_Next(dict, &pos, &key, &value))
        if (PyUnicode_CheckExact(key))
            count++;
    Py_END_CRITICAL_SECTION();
    return PyLong_FromSsize_t(count);
}

static PyObject *
find(PyObject *self, PyObject *args)
{
    PyObject *dict, *wanted, *key, *value, *found = NULL;
    Py_ssize_t pos = 0;
    if (!PyArg_ParseTuple(args, "O!O", &PyDict_Type, &dict, &wanted))
        return NULL;
    int failed = 0;
    Py_BEGIN_CRITICAL_SECTION(dict);
    while (PyDict_Next(dict, &pos, &key, &value)) {
        Py_INCREF(key);
        Py_INCREF(value);
        if (value == wanted) {
            Py_INCREF(key);
            found = key;
            Py_DECREF(key);
            Py_DECREF(value);
            break;
        }
        if (!PyUnicode_Check(key)) {
            Py_DECREF(key);
            Py_DECREF(value);
            continue;
        }
        int same = PyObject_RichCompareBool(value, wanted, Py_EQ);
        if (same < 0) {
            Py_DECREF(key);
            Py_DECREF(value);
            failed = 1;
            break;
        }
        if (same) {
            found = Py_NewRef(key);
            Py_DECREF(key);
            Py_DECREF(value);
            break;
        }
        Py_DECREF(key);
        Py_DECREF(value);
    }
    Py_END_CRITICAL_SECTION();
    if (failed)
        goto error;
    if (found == NULL)
        PyErr_SetObject(PyExc_KeyError, wanted);
    return found;
error:
    PyErr_SetString(PyExc_ValueError, "bad value");
    return NULL;
}

static PyObject *
flatten(PyObject *self, PyObject *dict)
{
    PyObject *result = PyDict_New();
    if (result == NULL)
        return NULL;
    PyObject *key, *value;
    Py_ssize_t pos = 0;
    int failed = 0;
    int failed2 = 0;
    Py_BEGIN_CRITICAL_SECTION(dict);
    for (pos = 0; PyDict_Next(dict, &pos, &key, &value);) {
        Py_INCREF(key);
        Py_INCREF(value);
        if (!PyDict_Check(value)) {
            if (PyDict_SetItem(result, key, value) < 0) {
                Py_DECREF(result);
                Py_DECREF(key);
                Py_DECREF(value);
                failed = 1;
                break;
            }
        } else if (PyDict_Update(result, value) < 0) {
            Py_DECREF(key);
            Py_DECREF(value);
            failed2 = 1;
            break;
        }
        Py_DECREF(key);
        Py_DECREF(value);
    }
    Py_END_CRITICAL_SECTION();
    if (failed)
        return NULL;
    if (failed2)
        goto fail;
    return result;
fail:
    Py_DECREF(result);
    return NULL;
}

static PyObject *
kinds(PyObject *self, PyObject *dict)
{
    PyObject *key, *value;
    Py_ssize_t pos = 0;
    int numbers = 0, others = 0;
    int leave2 = 0;
    PyObject *result = NULL;
    int leave = 0;
    Py_BEGIN_CRITICAL_SECTION(dict);
    while (PyDict_Next(dict, &pos, &key, &value)) {
        switch (PyLong_CheckExact(value) ? 1 : PyFloat_CheckExact(value) ? 2 : 0) {
        case 1:
        case 2:
            numbers++;
            break;
        case 0:
            if (value == Py_None) {
                result = PyLong_FromLong(numbers);
                leave = 1;
                break;
            }
            others++;
            break;
        default:
            leave2 = 1;
            break;
        }
        if (leave || leave2)
            break;
    }
    Py_END_CRITICAL_SECTION();
    if (leave2)
        Py_RETURN_NONE;
    if (leave)
        return result;
    return PyLong_FromLong(numbers - others);
}

static PyObject *
both(PyObject *self, PyObject *dict)
{
    PyObject *outer, *inner;
    Py_ssize_t pos = 0;
    long sum = 0;
    int failed = 0;
    Py_BEGIN_CRITICAL_SECTION(dict);
    while (PyDict_Next(dict, &pos, NULL, &outer)) {
        Py_INCREF(outer);
        for (Py_ssize_t i = 0; i < 3; i++) {
            inner = PyObject_Repr(outer);
            if (inner == NULL) {
                Py_DECREF(outer);
                failed = 1;
                break;
            }
            sum += (long)PyUnicode_GetLength(inner);
            Py_DECREF(inner);
            if (sum < 0) {
                PyErr_SetString(PyExc_OverflowError, "too long");
                Py_DECREF(outer);
                failed = 1;
                break;
            }
        }
        if (failed)
            break;
        Py_DECREF(outer);
    }
    Py_END_CRITICAL_SECTION();
    if (failed)
        return NULL;
    return PyLong_FromLong(sum);
}

static PyObject *
one(PyObject *self, PyObject *dict)
{
    PyObject *key, *value;
    Py_ssize_t pos = 0;
    int leave2 = 0;
    PyObject *result = NULL;
    Py_BEGIN_CRITICAL_SECTION(dict);
    if (PyDict_Next(dict, &pos, &key, &value)) {
        result = Py_NewRef(value);
    }
    else {
        leave2 = 1;
    }
    Py_END_CRITICAL_SECTION();
    if (leave2)
        Py_RETURN_NONE;
    return result;
}

static int
fill(PyObject *dict, Py_ssize_t *sizes)
{
    PyObject *key, *value;
    Py_ssize_t pos = 0;
    int failed = 0;
    Py_BEGIN_CRITICAL_SECTION(dict);
    while (1) {
        if (!PyDict_Next(dict, &pos, &key, &value))
            break;
        if (!PyUnicode_CheckExact(key)) {
            failed = 1;
            break;
        }
        *sizes++ = Py_SIZE(value);
    }
    Py_END_CRITICAL_SECTION();
    if (failed)
        return -1;
    return 0;
}

static PyObject *
fill_all(PyObject *self, PyObject *dict)
{
    Py_ssize_t sizes[100];
    if (fill(dict, sizes) < 0)
        return NULL;
    return PyLong_FromSsize_t(sizes[0]);
}

static PyObject *
lent(PyObject *self, PyObject *dict)
{
    PyObject *key, *value, *last = NULL;
    Py_ssize_t pos = 0;
    while (PyDict_Next(dict, &pos, &key, &value)) // no edit: 'value' is used behind the loop as it was borrowed
        last = value;
    if (dict == Py_None || last == NULL)
        Py_RETURN_NONE;
    return PyObject_Repr(last);
}

#define CHECK(x) if (!(x)) return NULL

static PyObject *
checked(PyObject *self, PyObject *dict)
{
    PyObject *key, *value;
    Py_ssize_t pos = 0;
    while (PyDict_Next(dict, &pos, &key, &value)) { // no edit: macro 'CHECK' can leave the function
        CHECK(PyUnicode_Check(key));
    }
    Py_RETURN_NONE;
}

static PyObject *
maybe(PyObject *self, PyObject *args)
{
    PyObject *dict = NULL, *key, *value;
    Py_ssize_t pos = 0;
    if (!PyArg_ParseTuple(args, "|O!", &PyDict_Type, &dict))
        return NULL;
    while (dict && PyDict_Next(dict, &pos, &key, &value)) { // no edit: 'dict' is asked for, as if it could be NULL
        if (value == Py_None)
            break;
    }
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"total", total, METH_O, NULL},
    {"strings", strings, METH_O, NULL},
    {"find", find, METH_VARARGS, NULL},
    {"flatten", flatten, METH_O, NULL},
    {"kinds", kinds, METH_O, NULL},
    {"both", both, METH_O, NULL},
    {"one", one, METH_O, NULL},
    {"fill_all", fill_all, METH_O, NULL},
    {"lent", lent, METH_O, NULL},
    {"checked", checked, METH_O, NULL},
    {"maybe", maybe, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "fx", NULL, 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_fx(void)
{
    return PyModuleDef_Init(&module);
}
