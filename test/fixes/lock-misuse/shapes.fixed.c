#include <Python.h>

/* Each way out that forgets the lock. */

typedef struct {
    PyObject_HEAD
    PyMutex mutex;
    PyThread_type_lock lock;
    PyObject *items;
    long count;
} Store;

#define STORE_LOCK(self) PyMutex_Lock(&(self)->mutex)
#define STORE_UNLOCK(self) PyMutex_Unlock(&(self)->mutex)

static PyObject *
early(Store *self, PyObject *arg)
{
    PyMutex_Lock(&self->mutex);
    if (arg == Py_None) {
        PyMutex_Unlock(&self->mutex);
        return NULL;
    }
    self->count++;
    PyMutex_Unlock(&self->mutex);
    Py_RETURN_NONE;
}

static PyObject *
computed(Store *self, PyObject *arg)
{
    PyMutex_Lock(&self->mutex);
    if (arg == Py_None) {
        PyObject *result = PyLong_FromLong(self->count);
        PyMutex_Unlock(&self->mutex);
        return result;
    }
    self->count = 0;
    PyMutex_Unlock(&self->mutex);
    Py_RETURN_NONE;
}

static PyObject *
macro_return(Store *self, PyObject *arg)
{
    STORE_LOCK(self);
    if (arg == Py_None) {
        STORE_UNLOCK(self);
        Py_RETURN_FALSE;
    }
    self->count++;
    STORE_UNLOCK(self);
    Py_RETURN_TRUE;
}

static PyObject *
loop(Store *self, PyObject *arg)
{
    PyMutex_Lock(&self->mutex);
    for (long i = 0; i < self->count; i++) {
        if (i == 3)
            continue;
        if (i == 7) {
            PyMutex_Unlock(&self->mutex);
            return NULL;
        }
    }
    PyMutex_Unlock(&self->mutex);
    Py_RETURN_NONE;
}

static PyObject *
choice(Store *self, PyObject *arg)
{
    PyMutex_Lock(&self->mutex);
    switch (self->count) {
    case 0:
        break;
    case 1:
        {
            PyObject *result = PyLong_FromLong(self->count);
            PyMutex_Unlock(&self->mutex);
            return result;
        }
    default:
        self->count = 0;
    }
    PyMutex_Unlock(&self->mutex);
    Py_RETURN_NONE;
}

static PyObject *
cleanup(Store *self, PyObject *arg)
{
    PyObject *result = NULL;
    PyMutex_Lock(&self->mutex);
    if (self->count < 0)
        goto error;
    self->count++;
    PyMutex_Unlock(&self->mutex);
    return Py_NewRef(arg);
error:
    PyErr_SetNone(PyExc_ValueError);
    PyMutex_Unlock(&self->mutex);
    return result;
}

static int
number(Store *self)
{
    PyMutex_Lock(&self->mutex);
    if (self->count == 0) {
        PyMutex_Unlock(&self->mutex);
        return -1;
    }
    int even = self->count % 2 == 0;
    PyMutex_Unlock(&self->mutex);
    return even;
}

static PyObject *
renamed(Store *self, PyObject *arg)
{
    Store *other = self;
    PyMutex_Lock(&other->mutex);
    if (arg == Py_None) {
        PyMutex_Unlock(&other->mutex);
        return NULL;
    }
    PyMutex_Unlock(&other->mutex);
    Py_RETURN_NONE;
}

/* Four ways out of one lock. */
static PyObject *
several(Store *self, PyObject *arg)
{
    PyMutex_Lock(&self->mutex);
    while (self->count > 3) {
        if (self->count == 13)
            goto unlucky;
        if (self->count == 7)
            continue;
        self->count--;
    }
    switch (self->count) {
    case 0:
        PyMutex_Unlock(&self->mutex);
        Py_RETURN_FALSE;
    case 1:
        {
            PyObject *result = PyLong_FromLong(self->count);
            PyMutex_Unlock(&self->mutex);
            return result;
        }
    default:
        break;
    }
    PyMutex_Unlock(&self->mutex);
    Py_RETURN_TRUE;
unlucky:
    PyErr_SetString(PyExc_ValueError, "thirteen");
    PyMutex_Unlock(&self->mutex);
    return NULL;
}

/* Only one of the two ways to the return has the lock. */
static PyObject *
some_ways(Store *self, PyObject *arg)
{
    if (arg != Py_None)
        PyMutex_Lock(&self->mutex);
    if (self->count == 0)
        return NULL;  // no edit: only some of the ways to it hold the lock
    if (arg != Py_None)
        PyMutex_Unlock(&self->mutex);
    Py_RETURN_NONE;
}

static PyObject *
is_even(Store *self, PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromLong(number(self));
}

static PyMethodDef methods[] = {
    {"early", (PyCFunction)early, METH_O, NULL},
    {"computed", (PyCFunction)computed, METH_O, NULL},
    {"macro_return", (PyCFunction)macro_return, METH_O, NULL},
    {"loop", (PyCFunction)loop, METH_O, NULL},
    {"choice", (PyCFunction)choice, METH_O, NULL},
    {"cleanup", (PyCFunction)cleanup, METH_O, NULL},
    {"renamed", (PyCFunction)renamed, METH_O, NULL},
    {"several", (PyCFunction)several, METH_O, NULL},
    {"some_ways", (PyCFunction)some_ways, METH_O, NULL},
    {"is_even", (PyCFunction)is_even, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject StoreType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "fx.Store",
    .tp_basicsize = sizeof(Store),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
    .tp_methods = methods,
};

static int
exec(PyObject *module)
{
    return PyModule_AddType(module, &StoreType);
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, exec},
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
    {0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "fx",
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit_fx(void)
{
    return PyModuleDef_Init(&module);
}
