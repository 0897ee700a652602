// tidy: differs
#include <Python.h>

/* What a field holds is used by calls that run Python code. */

typedef struct {
    PyObject_HEAD
    PyObject *wrapped;
    PyObject *name;
} Proxy;

static int
complain(Proxy *self)
{
    (void)self;
    PyErr_SetString(PyExc_ValueError, "not initialised");
    return -1;
}

static PyObject *
proxy_str(Proxy *self)
{
    if (!self->wrapped) {
        if (complain(self) == -1)
            return NULL;
    }
    return PyObject_Str(self->wrapped);
}

static PyObject *
proxy_repr(Proxy *self)
{
    char at[24];
    snprintf(at, sizeof(at), "%p", (void *)self->wrapped);
    return PyUnicode_FromFormat("<%s at %s>", Py_TYPE(self->wrapped)->tp_name,
                                at);
}

static int is_proxy(PyObject *o);

static PyObject *
proxy_add(PyObject *o1, PyObject *o2)
{
    if (is_proxy(o1))
        o1 = ((Proxy *)o1)->wrapped;

    if (is_proxy(o2)) {
        if (!((Proxy *)o2)->wrapped) {
            if (complain((Proxy *)o2) == -1)
                return NULL;
        }
        o2 = ((Proxy *)o2)->wrapped;
    }
    return PyNumber_Add(o1, o2);
}

static PyObject *
proxy_iadd(Proxy *self, PyObject *other)
{
    PyObject *object = PyNumber_InPlaceAdd(self->wrapped, other);
    if (!object)
        return NULL;
    Py_SETREF(self->wrapped, object);
    return Py_NewRef((PyObject *)self);
}

static int
proxy_bool(Proxy *self)
{
    if (self->wrapped == Py_None || PyObject_IsTrue(self->wrapped) == 0)
        return 0;
    return 1;
}

static PyObject *
proxy_call(Proxy *self, PyObject *args)
{
    PyObject *wrapped = self->wrapped;
    PyObject *result = NULL;
    Py_ssize_t n = PyObject_Length(wrapped);
    if (n < 0)
        goto done;
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *item = PySequence_GetItem(self->wrapped, i);
        if (item == NULL)
            goto done;
        if (item == Py_None) {
            Py_DECREF(item);
            continue;
        }
        Py_XSETREF(result, PyObject_CallOneArg(item, args));
        Py_DECREF(item);
    }
    switch (PyObject_Length(wrapped)) {
    case -1:
        Py_CLEAR(result);
        break;
    case 0:
        return Py_NewRef(wrapped);
    default:
        break;
    }
done:
    return result;
}

static PyObject *
proxy_getattro(Proxy *self, PyObject *name)
{
    PyObject *found = PyObject_GenericGetAttr((PyObject *)self, name);
    if (found)
        return found;
    PyErr_Clear();
    if (PyObject_HasAttr(self->wrapped, name) &&
        PyObject_IsTrue(self->wrapped) > 0)
        return PyObject_GetAttr(self->wrapped, name);
    else if (PyObject_HasAttr(self->name, name))
        return PyObject_GetAttr(self->name, name);
    Py_RETURN_NONE;
}

static PyObject *
get_wrapped(Proxy *self, void *closure)
{
    Py_INCREF(self->wrapped);
    return self->wrapped;
}

static int
set_wrapped(Proxy *self, PyObject *value, void *closure)
{
    if (value == NULL) {
        PyErr_SetString(PyExc_AttributeError, "cannot delete");
        return -1;
    }
    Py_DECREF(self->wrapped);
    Py_INCREF(value);
    self->wrapped = value;
    if (PyObject_SetAttrString(value, "owner", (PyObject *)self) < 0)
        return -1;
    return 0;
}

static int
set_name(Proxy *self, PyObject *value, void *closure)
{
    PyObject *old = self->name;
    self->name = Py_XNewRef(value);
    Py_XDECREF(old);
    return 0;
}

static PyTypeObject ProxyType;

static int
is_proxy(PyObject *o)
{
    return PyObject_TypeCheck(o, &ProxyType);
}

static PyGetSetDef proxy_getset[] = {
    {"wrapped", (getter)get_wrapped, (setter)set_wrapped, NULL, NULL},
    {"name", NULL, (setter)set_name, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyNumberMethods proxy_number = {
    .nb_add = proxy_add,
    .nb_inplace_add = (binaryfunc)proxy_iadd,
    .nb_bool = (inquiry)proxy_bool,
};

static PyMethodDef proxy_methods[] = {
    {"call", (PyCFunction)proxy_call, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject ProxyType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "fx.Proxy",
    .tp_basicsize = sizeof(Proxy),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
    .tp_str = (reprfunc)proxy_str,
    .tp_repr = (reprfunc)proxy_repr,
    .tp_getattro = (getattrofunc)proxy_getattro,
    .tp_as_number = &proxy_number,
    .tp_getset = proxy_getset,
    .tp_methods = proxy_methods,
};
