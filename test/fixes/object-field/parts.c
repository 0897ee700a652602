// tidy: differs
#include <Python.h>

/* Flags that belong to what follows, references that are counted after they
   are stored, dictionaries made on first use. */

typedef struct {
    PyObject_HEAD
    PyObject *dict;
    PyObject *fallback;
    PyObject *names;
    char *state;
    Py_ssize_t length;
    int busy;
} Stream;

static PyObject *
feed(Stream *self, PyObject *data)
{
    if (self->busy) {
        PyErr_SetString(PyExc_RuntimeError, "in use");
        return NULL;
    }
    self->busy = 1;
    Py_ssize_t n = PyBytes_GET_SIZE(data);
    char *grown = PyMem_Realloc(self->state, self->length + n);
    if (grown != NULL) {
        memcpy(grown + self->length, PyBytes_AS_STRING(data), n);
        self->state = grown;
        self->length += n;
    }
    self->busy = 0;
    Py_RETURN_NONE;
}

static PyObject *
finished(Stream *self,
         PyObject *Py_UNUSED(ignored))
{
    if (self->busy) {
        PyErr_SetString(PyExc_RuntimeError, "in use");
        return NULL;
    }
    return PyBool_FromLong(self->length && self->state[0] == 0);
}

static PyObject *
get_dict(Stream *self, void *closure)
{
    if (self->dict == NULL) {
        self->dict = PyDict_New();
        if (self->dict == NULL)
            return NULL;
    }
    Py_INCREF(self->dict);
    return self->dict;
}

static int
set_dict(Stream *self, PyObject *value, void *closure)
{
    PyObject *old = self->dict;
    Py_XINCREF(value);
    self->dict = value;
    Py_XDECREF(old);
    return 0;
}

static PyObject *
set_fallback(Stream *self, PyObject *value)
{
    if (PyCallable_Check(value)) {
        Py_XDECREF(self->fallback);
        self->fallback = value;

        Py_INCREF(self->fallback);
    }
    if (PyObject_SetAttrString(value, "used", Py_True) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
call_names(Stream *self, PyObject *arg)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(self->names); i++) {
        PyObject *name = PyTuple_GET_ITEM(self->names, i);
        if (PyObject_SetAttr(arg, name, Py_None) < 0)
            return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
set_names(Stream *self, PyObject *value)
{
    PyObject *names = PySequence_Tuple(value);
    if (names == NULL)
        return NULL;
    Py_XSETREF(self->names, names);
    return PyObject_Repr(value);
}

/* A loop that waits for the field to change. */

typedef struct {
    PyObject_HEAD
    PyObject *running;
} Waiter;

static PyObject *
wait(Waiter *self, PyObject *Py_UNUSED(ignored))
{
    while (PyObject_IsTrue(self->running)) { // no edit: in 'wait' 'running' is read in the head of a loop
        if (PyErr_CheckSignals() < 0)
            return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
set_running(Waiter *self, PyObject *value)
{
    Py_XSETREF(self->running, Py_NewRef(value));
    Py_RETURN_NONE;
}

static PyMethodDef waiter_methods[] = {
    {"wait", (PyCFunction)wait, METH_NOARGS, NULL},
    {"set_running", (PyCFunction)set_running, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject WaiterType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "fx.Waiter",
    .tp_basicsize = sizeof(Waiter),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
    .tp_methods = waiter_methods,
};

static PyGetSetDef stream_getset[] = {
    {"dict", (getter)get_dict, (setter)set_dict, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyMethodDef stream_methods[] = {
    {"feed", (PyCFunction)feed, METH_O, NULL},
    {"finished", (PyCFunction)finished, METH_NOARGS, NULL},
    {"set_fallback", (PyCFunction)set_fallback, METH_O, NULL},
    {"call_names", (PyCFunction)call_names, METH_O, NULL},
    {"set_names", (PyCFunction)set_names, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject StreamType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "fx.Stream",
    .tp_basicsize = sizeof(Stream),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
    .tp_getset = stream_getset,
    .tp_methods = stream_methods,
};

static int
exec(PyObject *module)
{
    if (PyModule_AddType(module, &StreamType) < 0)
        return -1;
    return PyModule_AddType(module, &WaiterType);
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
