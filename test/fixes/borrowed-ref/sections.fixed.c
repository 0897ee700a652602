#include <Python.h>

static PyObject *
total(PyObject *self, PyObject *arg)
{
    PyObject *seq = PySequence_Fast(arg, "expected a sequence");
    if (seq == NULL)
        return NULL;
    Py_SETREF(seq, PySequence_Tuple(seq));
    if (seq == NULL)
        return NULL;
    long sum = 0;
    Py_ssize_t n = PySequence_Fast_GET_SIZE(seq);
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *item = PySequence_Fast_GET_ITEM(seq, i);
        long v = PyLong_AsLong(item);
        if (v == -1 && PyErr_Occurred()) {
            Py_DECREF(seq);
            return NULL;
        }
        sum += v;
    }
    Py_DECREF(seq);
    return PyLong_FromLong(sum);
}

static PyObject *
items(PyObject *self, PyObject *arg)
{
    PyObject *seq;
    if (!(seq = PySequence_Fast(arg, "expected, (a) sequence")))
        return NULL;
    Py_SETREF(seq, PySequence_Tuple(seq));
    if (seq == NULL)
        return NULL;
    PyObject **all = PySequence_Fast_ITEMS(seq);
    Py_ssize_t size = PySequence_Fast_GET_SIZE(seq), none = 0;
    while (size-- > 0)
        none += all[size] == Py_None;
    Py_DECREF(seq);
    return PyLong_FromSsize_t(none);
}

static PyObject *
handed_on(PyObject *self, PyObject *arg)
{
    PyObject *seq = PySequence_Fast(arg, "expected a sequence");
    if (seq == NULL)
        return NULL;
    Py_ssize_t length = 0;
    if (PySequence_Fast_GET_SIZE(seq) > 0) {
        PyObject *text = PySequence_Fast_GET_ITEM(seq, 0); // no edit: the sequence is handed on
        length = PyUnicode_GetLength(text);
    }
    if (length > 3) {
        Py_DECREF(seq);
        Py_RETURN_NONE;
    }
    return seq;
}

static PyObject *
strings(PyObject *self, PyObject *list)
{
    Py_ssize_t count = 0;
    Py_BEGIN_CRITICAL_SECTION(list);
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        PyObject *item = PyList_GET_ITEM(list, i);
        if (!PyUnicode_CheckExact(item))
            continue;
        count++;
    }
    Py_END_CRITICAL_SECTION();
    return PyLong_FromSsize_t(count);
}

static PyObject *
cached(PyObject *self, PyObject *list)
{
    Py_ssize_t count = 0;
    int leave = 0;
    Py_BEGIN_CRITICAL_SECTION(list);
    Py_ssize_t n = PyList_GET_SIZE(list);
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *item = PyList_GET_ITEM(list, i);
        if (item == Py_None) {
            leave = 1;
            break;
        }
        count += Py_SIZE(item);
    }
    Py_END_CRITICAL_SECTION();
    if (leave)
        Py_RETURN_FALSE;
    return PyLong_FromSsize_t(count);
}

static int
write_all(PyObject *list, PyObject *file)
{
    Py_BEGIN_CRITICAL_SECTION(list);
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        PyObject *item = PyList_GET_ITEM(list, i);
        Py_INCREF(item);
        if (PyFile_WriteObject(item, file, 0)) {
            Py_DECREF(item);
            break;
        }
        if (item == Py_None) {
            Py_DECREF(item);
            continue;
        }
        PySys_WriteStdout("written\n");
        Py_DECREF(item);
    }
    Py_END_CRITICAL_SECTION();
    return PyErr_Occurred() != NULL;
}

static PyObject *
put(PyObject *self, PyObject *args)
{
    PyObject *list, *file;
    if (!PyArg_ParseTuple(args, "O!O", &PyList_Type, &list, &file))
        return NULL;
    return PyBool_FromLong(write_all(list, file));
}

static int
shrinks(PyObject *list, PyObject *file)
{
    Py_ssize_t n = PyList_GET_SIZE(list);
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *item = PyList_GET_ITEM(list, i); // no edit: 'PyList_GetItemRef' can fail, and how this function reports failure is not plain; nor can a section stand in: the container may shrink
        if (PyFile_WriteObject(item, file, 0))
            break;
    }
    return PyErr_Occurred() != NULL;
}

static PyObject *
put2(PyObject *self, PyObject *args)
{
    PyObject *list, *file;
    if (!PyArg_ParseTuple(args, "O!O", &PyList_Type, &list, &file))
        return NULL;
    return PyBool_FromLong(shrinks(list, file));
}

static PyMethodDef methods[] = {
    {"total", total, METH_O, NULL},
    {"items", items, METH_O, NULL},
    {"handed_on", handed_on, METH_O, NULL},
    {"strings", strings, METH_O, NULL},
    {"cached", cached, METH_O, NULL},
    {"put", put, METH_VARARGS, NULL},
    {"put2", put2, METH_VARARGS, NULL},
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
