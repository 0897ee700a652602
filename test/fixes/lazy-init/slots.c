/* References that an array keeps: one lock, and releases behind it, where they
   are replaced. */
#include <Python.h>
#include <string.h>

#define SIZE 16

static PyObject *names[SIZE];

static PyObject *kept[SIZE];
static PyObject *lent[SIZE];

/* The value that was read first need not be the one that is replaced. */
static PyObject *
name_of(PyObject *self, PyObject *arg)
{
    Py_ssize_t size;
    const char *text = PyUnicode_AsUTF8AndSize(arg, &size);
    if (text == NULL)
        return NULL;
    size_t index = (size_t)size % SIZE;
    PyObject *existing = names[index];

    if (existing != NULL) {
        if (PyBytes_GET_SIZE(existing) == size &&
            memcmp(PyBytes_AS_STRING(existing), text, size) == 0) {
            Py_INCREF(existing);
            return existing;
        }
    }

    PyObject *made = PyBytes_FromStringAndSize(text, size);
    if (made == NULL)
        return NULL;

    /* The first one is worth keeping. */
    if (size < 100) {
        Py_XDECREF(existing);
        Py_INCREF(made);
        names[index] = made;
    }
    return made;
}

/* Nothing is replaced: the first one stays. */
static PyObject *
keep(PyObject *self, PyObject *arg)
{
    PyObject *found = kept[0];
    if (found == NULL) {
        found = PyObject_Repr(arg);
        if (found == NULL)
            return NULL;
        kept[0] = found;
    }
    return Py_NewRef(found);
}

/* Whoever gets it does not own it. */
static PyObject *
lend(PyObject *arg)
{
    PyObject *found = lent[1];
    if (found == NULL) {
        found = PyObject_Repr(arg);
        Py_XDECREF(lent[1]);
        lent[1] = found;  // no edit: 'found' has a reference of its own beside that of 'lent'
    }
    return found;
}

static PyObject *
get_lent(PyObject *self, PyObject *arg)
{
    return Py_XNewRef(lend(arg));
}

static PyMethodDef methods[] = {
    {"name_of", name_of, METH_O, NULL},
    {"keep", keep, METH_O, NULL},
    {"lend", get_lent, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "slots", NULL, 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_slots(void)
{
    return PyModuleDef_Init(&module);
}
