// ungil: --min-confidence low
/* What runs Python code at either end of a locked stretch. */
#include <Python.h>

typedef struct {
    PyObject_HEAD
    PyMutex lock;
    PyObject *value;
    int count;
} Cell;

static PyMutex mutex;
static long total;

static PyObject *
make_first(Cell *self, PyObject *arg)
{
    PyObject *text = PyObject_Repr(arg);
    PyMutex_Lock(&self->lock);
    self->count++;
    PyMutex_Unlock(&self->lock);
    return text;
}

static PyObject *
make_and_test(Cell *self, PyObject *arg)
{
    PyObject *text = PyObject_Repr(arg);
    PyMutex_Lock(&self->lock);
    if (text == NULL) {
        PyMutex_Unlock(&self->lock);
        return NULL;
    }
    self->count++;
    PyMutex_Unlock(&self->lock);
    return text;
}

static PyObject *
tell_last(Cell *self, PyObject *arg)
{
    PyMutex_Lock(&self->lock);
    self->count++;
    PyMutex_Unlock(&self->lock);
    PyObject *done = PyObject_CallNoArgs(arg);
    return done;
}

static PyObject *
both_ends(Cell *self, PyObject *arg)
{
    long n = PyLong_AsLong(PyObject_Repr(arg));
    PyMutex_Lock(&self->lock);
    self->count += (int)n;
    PyMutex_Unlock(&self->lock);
    PyObject *done = PyObject_CallNoArgs(arg);
    return done;
}

static PyObject *
in_a_loop(Cell *self, PyObject *arg)
{
    for (int i = 0; i < 3; i++) {
        if (i == 1)
            continue;
        PyMutex_Lock(&mutex);
        total += i;
        PyMutex_Unlock(&mutex);
        PyErr_WarnEx(PyExc_UserWarning, "again", 1);
    }
    Py_RETURN_NONE;
}

static PyObject *
in_a_branch(Cell *self, PyObject *arg)
{
    int later = 0;
    PyMutex_Lock(&mutex);
    if (total < 10) {
        total++;
        later = 1;
    }
    PyMutex_Unlock(&mutex);
    if (later) {
        PyErr_WarnEx(PyExc_UserWarning, "so few", 1);
    }
    Py_RETURN_NONE;
}

static PyObject *
in_the_middle(Cell *self, PyObject *arg)
{
    PyMutex_Lock(&mutex);
    total++;
    PyErr_WarnEx(PyExc_UserWarning, "middle", 1);  // no edit: 'PyErr_WarnEx' works on what the lock protects
    total++;
    PyMutex_Unlock(&mutex);
    Py_RETURN_NONE;
}

static PyObject *
on_the_state(Cell *self, PyObject *arg)
{
    PyMutex_Lock(&self->lock);
    PyObject *done = PyObject_Repr(self->value);  // no edit: works on what the lock protects
    PyMutex_Unlock(&self->lock);
    return done;
}

static PyObject *
leaves_last(Cell *self, PyObject *arg)
{
    PyMutex_Lock(&self->lock);
    self->count++;
    PyObject *done = PyObject_CallNoArgs(arg);  // no edit: works on what the lock protects
    if (done == NULL) {
        PyMutex_Unlock(&self->lock);
        return NULL;
    }
    PyMutex_Unlock(&self->lock);
    return done;
}

static PyObject *
with_cleanup(Cell *self, PyObject *arg)
{
    PyObject *text = NULL, *result = NULL;
    text = PyObject_Repr(arg);
    PyMutex_Lock(&self->lock);
    if (text == NULL) {
        PyMutex_Unlock(&self->lock);
        goto done;
    }
    self->count++;
    PyMutex_Unlock(&self->lock);
    result = Py_NewRef(text);
done:
    Py_XDECREF(text);
    return result;
}

static PyMethodDef methods[] = {
    {"make_first", (PyCFunction)make_first, METH_O, NULL},
    {"make_and_test", (PyCFunction)make_and_test, METH_O, NULL},
    {"tell_last", (PyCFunction)tell_last, METH_O, NULL},
    {"both_ends", (PyCFunction)both_ends, METH_O, NULL},
    {"in_a_loop", (PyCFunction)in_a_loop, METH_O, NULL},
    {"in_a_branch", (PyCFunction)in_a_branch, METH_O, NULL},
    {"in_the_middle", (PyCFunction)in_the_middle, METH_O, NULL},
    {"on_the_state", (PyCFunction)on_the_state, METH_O, NULL},
    {"leaves_last", (PyCFunction)leaves_last, METH_O, NULL},
    {"with_cleanup", (PyCFunction)with_cleanup, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject CellType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "locks.Cell",
    .tp_basicsize = sizeof(Cell),
    .tp_methods = methods,
    .tp_new = PyType_GenericNew,
};

static int
exec(PyObject *module)
{
    return PyModule_AddType(module, &CellType);
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, (void *)exec},
    {0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "locks", NULL, 0, NULL, slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_locks(void)
{
    return PyModuleDef_Init(&module);
}
