// ungil: --min-confidence low
#include <Python.h>

typedef struct {
    PyObject_HEAD
    PyMutex lock;
    PyObject *value, *other;
    int count;
} Cell;

static PyMutex mutex;
static PyObject *cache;

static PyObject *
set_cache(PyObject *self, PyObject *arg)
{
    PyMutex_Lock(&mutex);
    PyObject *old = (PyObject *)cache;
    cache = Py_NewRef(arg);
    PyMutex_Unlock(&mutex);
    Py_XDECREF(old);
    Py_RETURN_NONE;
}

static PyObject *
clear(Cell *self, PyObject *arg)
{
    PyMutex_Lock(&self->lock);
    PyObject *old = (PyObject *)self->value;
    self->value = NULL;
    PyObject *old2 = (PyObject *)self->other;
    self->other = NULL;
    self->count = 0;
    PyMutex_Unlock(&self->lock);
    Py_XDECREF(old);
    Py_XDECREF(old2);
    Py_RETURN_NONE;
}

static PyObject *
swap(Cell *self, PyObject *arg)
{
    PyObject *old;
    PyMutex_Lock(&self->lock);
    old = self->value;
    self->value = Py_NewRef(arg);
    self->count++;
    PyMutex_Unlock(&self->lock);
    Py_XDECREF(old);
    Py_RETURN_NONE;
}

static PyObject *
in_branch(Cell *self, PyObject *arg)
{
    if (arg != Py_None) {
        PyMutex_Lock(&self->lock); PyObject *old = (PyObject *)self->value; self->value = NULL; PyMutex_Unlock(&self->lock);
        Py_XDECREF(old);
    }
    Py_RETURN_NONE;
}

static PyObject *
in_loop(Cell *self, PyObject *arg)
{
    for (int i = 0; i < 3; i++) {
        if (i == 1)
            continue;
        PyMutex_Lock(&self->lock);
        PyObject *old = (PyObject *)self->value;
        self->value = Py_NewRef(arg);
        PyMutex_Unlock(&self->lock);
        Py_DECREF(old);
    }
    Py_RETURN_NONE;
}

static PyObject *
in_switch(Cell *self, PyObject *arg)
{
    switch (PyObject_IsTrue(arg)) {
    case 1: {
        PyMutex_Lock(&self->lock);
        PyObject *old = (PyObject *)self->other;
        self->other = NULL;
        PyMutex_Unlock(&self->lock);
        Py_XDECREF(old);
        break;
    }
    default:
        break;
    }
    Py_RETURN_NONE;
}

static PyObject *
some_ways(Cell *self, PyObject *arg)
{
    PyMutex_Lock(&self->lock);
    if (self->count)
        Py_CLEAR(self->value);  // no edit: a reference is released on some of the ways only
    PyMutex_Unlock(&self->lock);
    Py_RETURN_NONE;
}

static PyObject *
way_out(Cell *self, PyObject *arg)
{
    PyMutex_Lock(&self->lock);
    Py_CLEAR(self->value);  // no edit: there is a way out before the unlock
    if (self->count) {
        PyMutex_Unlock(&self->lock);
        Py_RETURN_NONE;
    }
    PyMutex_Unlock(&self->lock);
    Py_RETURN_NONE;
}

static PyObject *
used_again(Cell *self, PyObject *arg)
{
    PyMutex_Lock(&self->lock);
    PyObject *old = self->value;
    self->value = NULL;
    Py_XDECREF(old);  // no edit: 'old' is used again before the unlock
    self->count = old != NULL;
    PyMutex_Unlock(&self->lock);
    Py_RETURN_NONE;
}

static PyObject *
calls_python(Cell *self, PyObject *arg)
{
    PyObject *text = PyObject_Repr(arg);
    PyMutex_Lock(&self->lock);
    PyMutex_Unlock(&self->lock);
    return text;
}

static void
drop(Cell *self)
{
    Py_CLEAR(self->value);
}

static PyObject *
by_helper(Cell *self, PyObject *arg)
{
    PyMutex_Lock(&self->lock);
    drop(self);  // no edit: 'drop' works on what the lock protects
    PyMutex_Unlock(&self->lock);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"set_cache", set_cache, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyMethodDef cell_methods[] = {
    {"clear", (PyCFunction)clear, METH_O, NULL},
    {"swap", (PyCFunction)swap, METH_O, NULL},
    {"in_branch", (PyCFunction)in_branch, METH_O, NULL},
    {"in_loop", (PyCFunction)in_loop, METH_O, NULL},
    {"in_switch", (PyCFunction)in_switch, METH_O, NULL},
    {"some_ways", (PyCFunction)some_ways, METH_O, NULL},
    {"way_out", (PyCFunction)way_out, METH_O, NULL},
    {"used_again", (PyCFunction)used_again, METH_O, NULL},
    {"calls_python", (PyCFunction)calls_python, METH_O, NULL},
    {"by_helper", (PyCFunction)by_helper, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot cell_slots[] = {{Py_tp_methods, cell_methods}, {0, NULL}};
PyType_Spec cell_spec = {"m.Cell", sizeof(Cell), 0, Py_TPFLAGS_DEFAULT,
                         cell_slots};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "m", NULL, 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_m(void)
{
    return PyModuleDef_Init(&module);
}
