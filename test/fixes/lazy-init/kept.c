/* Objects that are made on first use and kept in arrays or in variables of the
   file: the first one stays. */
#include <Python.h>

static PyObject *zones[48];
static PyObject *by_length[8];
static PyObject *empty = NULL;
static PyObject *separator, *other;
static PyObject *parsed;
static PyObject *table;
static PyObject *owned[2];

/* 1: by way of a variable, in the condition. */
static PyObject *
zone(PyObject *self, PyObject *arg)
{
    PyObject *found;
    long hour = PyLong_AsLong(arg);
    if (hour < 0 || hour >= 48)
        return NULL;
    if ((found = zones[hour]) == NULL) {
        found = PyUnicode_FromFormat("+%ld", hour);
        if (found == NULL)
            return NULL;
        zones[hour] = found;
    }
    return Py_NewRef(found);
}

/* 2: the slot itself, in a loop with continue. */
static PyObject *
fill(PyObject *self, PyObject *arg)
{
    for (int i = 0; i < 8; i++) {
        if (by_length[i] != NULL)
            continue;
        if (by_length[i] == NULL) {
            by_length[i] = PyBytes_FromStringAndSize(NULL, i);
            if (by_length[i] == NULL)
                return NULL;
        }
    }
    return Py_NewRef(by_length[0]);
}

/* 3: a variable that two functions share. */
static PyObject *
get_empty(PyObject *self, PyObject *arg)
{
    if (empty == NULL && (empty = PyTuple_New(0)) == NULL)
        return NULL;
    return Py_NewRef(empty);
}

static PyObject *
is_empty(PyObject *self, PyObject *arg)
{
    return PyBool_FromLong(arg == empty);
}

/* 4: one of two in a declaration, with goto, in a switch. */
static PyObject *
get_separator(PyObject *self, PyObject *arg)
{
    switch (PyObject_IsTrue(arg)) {
    case 1:
        if (!separator) {
            separator = PyUnicode_InternFromString(", ");
            if (!separator)
                goto error;
        }
        return Py_NewRef(separator);
    default:
        break;
    }
    Py_RETURN_NONE;
error:
    return NULL;
}

static int
is_other(PyObject *arg)
{
    return other == arg;
}

/* 5: in two functions. */
static PyObject *
parse(PyObject *self, PyObject *arg)
{
    if (parsed == NULL)
        parsed = PyImport_ImportModule("re");
    return Py_XNewRef(parsed);
}

static PyObject *
parse_again(PyObject *self, PyObject *arg)
{
    if (parsed == NULL) {
        PyObject *module = PyImport_ImportModule("re");
        if (module == NULL)
            return NULL;
        parsed = module;
    }
    return PyBool_FromLong(is_other(parsed));
}

/* 6: filled behind the store. */
static PyObject *
get_table(PyObject *self, PyObject *arg)
{
    if (table == NULL) {
        table = PyDict_New();  // no edit: the object is filled after 'table' is set
        if (table == NULL || PyDict_SetItem(table, arg, arg) < 0)
            return NULL;
    }
    return Py_NewRef(table);
}

/* 7: two references, one of them of the slot. */
static PyObject *
get_owned(PyObject *self, PyObject *arg)
{
    PyObject *found = owned[0];
    if (found == NULL) {
        found = PyObject_Repr(arg);
        if (found == NULL)
            return NULL;
        Py_INCREF(found);
        owned[0] = found;  // no edit: 'found' has a reference of its own beside that of 'owned'
        return found;
    }
    return Py_NewRef(found);
}

static PyMethodDef methods[] = {
    {"zone", zone, METH_O, NULL},
    {"fill", fill, METH_O, NULL},
    {"get_empty", get_empty, METH_NOARGS, NULL},
    {"is_empty", is_empty, METH_O, NULL},
    {"get_separator", get_separator, METH_O, NULL},
    {"parse", parse, METH_NOARGS, NULL},
    {"parse_again", parse_again, METH_NOARGS, NULL},
    {"get_table", get_table, METH_O, NULL},
    {"get_owned", get_owned, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "kept", NULL, 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_kept(void)
{
    return PyModuleDef_Init(&module);
}
