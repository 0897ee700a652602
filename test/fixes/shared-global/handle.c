/* Handles of a library that is not known to be thread-safe. */
#include <Python.h>

typedef struct engine engine;
int engine_open(engine **);
int engine_load(engine *, const char *);
int engine_count(engine *);
void engine_reset(engine *);
void engine_close(engine *);
struct table { int size; };
int table_grow(struct table *);

static engine *library; /* opened once */
static engine *other;
static struct table *table;

static PyObject *
load(PyObject *self, PyObject *arg)
{
    const char *name = PyUnicode_AsUTF8(arg);
    int error;
    if (name == NULL)
        return NULL;
    error = engine_load(library, name);
    if (error)
        return PyErr_Format(PyExc_ValueError, "error %d", error);
    Py_RETURN_NONE;
}

static PyObject *
count(PyObject *self, PyObject *arg)
{
    int n = engine_count(library);
    for (int i = 0; i < 3; i++) {
        if (i == n)
            continue;
        engine_reset(library);
    }
    switch (n) {
    case 0:
        engine_reset(library);
        break;
    default:
        goto done;
    }
done:
    return PyLong_FromLong(n);
}

static int
is_loaded(const char *name)
{
    if (engine_load(library, name) == 0)
        return 1;
    if (!library)
        return 0;
    return engine_count(library);
}

static PyObject *
loaded(PyObject *self, PyObject *arg)
{
    const char *name = PyUnicode_AsUTF8(arg);
    if (name == NULL)
        return NULL;
    return PyBool_FromLong(is_loaded(name));
}

static PyObject *
other_count(PyObject *self, PyObject *arg)
{
    return PyLong_FromLong(engine_count(other));  // no edit: in 'other_load' it is used in a statement in which 'PyLong_AsLong' may run Python code
}

static PyObject *
other_load(PyObject *self, PyObject *arg)
{
    engine_load(other, PyLong_AsLong(arg) ? "a" : "b");
    Py_RETURN_NONE;
}

static PyObject *
grow(PyObject *self, PyObject *arg)
{
    table_grow(table);  // no edit: 'size' works on it without a call
    Py_RETURN_NONE;
}

static PyObject *
size(PyObject *self, PyObject *arg)
{
    return PyLong_FromLong(table->size);
}

static PyMethodDef methods[] = {
    {"load", load, METH_O, NULL},
    {"count", count, METH_NOARGS, NULL},
    {"loaded", loaded, METH_O, NULL},
    {"other_count", other_count, METH_NOARGS, NULL},
    {"other_load", other_load, METH_O, NULL},
    {"grow", grow, METH_NOARGS, NULL},
    {"size", size, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "handle", NULL, 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_handle(void)
{
    static struct table first;
    table = &first;
    if (engine_open(&library) || engine_open(&other))
        return NULL;
    engine_reset(library);
    return PyModuleDef_Init(&module);
}
