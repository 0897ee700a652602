// tidy: differs
#include <Python.h>

typedef struct {
    PyObject_HEAD
    PyObject *value;
    long count;
    char *buffer;
    Py_ssize_t size;
} Box;

static PyObject *
get_value(Box *self, void *closure)
{
    return Py_NewRef(self->value);
}

static int
set_value(Box *self, PyObject *value, void *closure)
{
    if (value == NULL) {
        PyErr_SetString(PyExc_AttributeError, "value cannot be deleted");
        return -1;
    }
    Py_INCREF(value);
    Py_XSETREF(self->value, value);
    return 0;
}

static PyObject *
swap(Box *self, PyObject *value)
{
    PyObject *old = self->value;
    Py_INCREF(value);
    self->value = value;
    if (old == NULL)
        Py_RETURN_NONE;
    return old;
}

static PyObject *
clear(Box *self, PyObject *Py_UNUSED(ignored))
{
    if (self->value != NULL) {
        Py_CLEAR(self->value);
    }
    Py_RETURN_NONE;
}

static PyObject *
take(Box *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *value = self->value;
    if (value == NULL) {
        PyErr_SetString(PyExc_ValueError, "empty");
        return NULL;
    }
    Py_INCREF(value);
    return value;
}

static PyTypeObject BoxType;

static PyGetSetDef box_getset[] = {
    {"value", (getter)get_value, (setter)set_value, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyMethodDef box_methods[] = {
    {"swap", (PyCFunction)swap, METH_O, NULL},
    {"clear", (PyCFunction)clear, METH_NOARGS, NULL},
    {"take", (PyCFunction)take, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject BoxType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "fx.Box",
    .tp_basicsize = sizeof(Box),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
    .tp_getset = box_getset,
    .tp_methods = box_methods,
};

/* A buffer and its size. */

typedef struct {
    PyObject_HEAD
    char *data;
    Py_ssize_t size;
    Py_ssize_t used;
} Buffer;

static int
reserve(Buffer *self, Py_ssize_t more)
{
    if (self->used + more <= self->size)
        return 0;
    Py_ssize_t size = (self->used + more) * 2;
    char *data = PyMem_Realloc(self->data, size);
    if (data == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    self->data = data;
    self->size = size;
    return 0;
}

static PyObject *
put(Buffer *self, PyObject *arg)
{
    long byte = PyLong_AsLong(arg);
    if (byte == -1 && PyErr_Occurred())
        return NULL;
    if (reserve(self, 1) < 0)
        return NULL;
    self->data[self->used++] = (char)byte;
    Py_RETURN_NONE;
}

static PyObject *
bytes(Buffer *self, PyObject *Py_UNUSED(ignored))
{
    return PyBytes_FromStringAndSize(self->data, self->used);
}

static Py_ssize_t
length(Buffer *self)
{
    return self->used;
}

static PyObject *
count(Buffer *self, PyObject *arg)
{
    Py_ssize_t n = 0;
    long byte = PyLong_AsLong(arg);
    if (byte == -1 && PyErr_Occurred())
        return NULL;
    for (Py_ssize_t i = 0; i < self->used; i++) {
        if (self->data[i] == 0)
            break;
        if (self->data[i] == byte)
            n++;
    }
    return PyLong_FromSsize_t(n);
}

static PySequenceMethods buffer_sequence = {
    .sq_length = (lenfunc)length,
};

static PyMethodDef buffer_methods[] = {
    {"put", (PyCFunction)put, METH_O, NULL},
    {"bytes", (PyCFunction)bytes, METH_NOARGS, NULL},
    {"count", (PyCFunction)count, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject BufferType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "fx.Buffer",
    .tp_basicsize = sizeof(Buffer),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
    .tp_as_sequence = &buffer_sequence,
    .tp_methods = buffer_methods,
};

/* A callback that others may replace while it runs. */

typedef struct {
    PyObject_HEAD
    PyObject *callback;
} Caller;

static PyObject *
call(Caller *self, PyObject *arg)
{
    return PyObject_CallOneArg(self->callback, arg);
}

static PyObject *
set_callback(Caller *self, PyObject *arg)
{
    Py_INCREF(arg);
    Py_XSETREF(self->callback, arg);
    Py_RETURN_NONE;
}

static PyMethodDef caller_methods[] = {
    {"call", (PyCFunction)call, METH_O, NULL},
    {"set_callback", (PyCFunction)set_callback, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject CallerType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "fx.Caller",
    .tp_basicsize = sizeof(Caller),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
    .tp_methods = caller_methods,
};

static int
exec(PyObject *module)
{
    if (PyModule_AddType(module, &BoxType) < 0 ||
        PyModule_AddType(module, &BufferType) < 0)
        return -1;
    return PyModule_AddType(module, &CallerType);
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, exec},
    {0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "fx", NULL, 0, NULL, slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_fx(void)
{
    return PyModuleDef_Init(&module);
}
