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
    PyObject *wrapped;
    Py_BEGIN_CRITICAL_SECTION(self);
    wrapped = Py_XNewRef(self->wrapped);
    Py_END_CRITICAL_SECTION();
    PyObject *result = PyObject_Str(wrapped);
    Py_XDECREF(wrapped);
    return result;
}

static PyObject *
proxy_repr(Proxy *self)
{
    char at[24];
    PyObject *result;
    Py_BEGIN_CRITICAL_SECTION(self);
    snprintf(at, sizeof(at), "%p", (void *)self->wrapped);
    result = PyUnicode_FromFormat("<%s at %s>", Py_TYPE(self->wrapped)->tp_name,
                                at);
    Py_END_CRITICAL_SECTION();
    return result;
}

static int is_proxy(PyObject *o);

static PyObject *
proxy_add(PyObject *o1, PyObject *o2)
{
    PyObject *wrapped = NULL;
    if (is_proxy(o1)) {
        Py_BEGIN_CRITICAL_SECTION(o1);
        wrapped = Py_XNewRef(((Proxy *)o1)->wrapped);
        Py_END_CRITICAL_SECTION();
        o1 = wrapped;
    }

    PyObject *wrapped2 = NULL;
    if (is_proxy(o2)) {
        if (!((Proxy *)o2)->wrapped) {
            if (complain((Proxy *)o2) == -1) {
                Py_XDECREF(wrapped);
                return NULL;
            }
        }
        Py_BEGIN_CRITICAL_SECTION(o2);
        wrapped2 = Py_XNewRef(((Proxy *)o2)->wrapped);
        Py_END_CRITICAL_SECTION();
        o2 = wrapped2;
    }
    PyObject *result = PyNumber_Add(o1, o2);
    Py_XDECREF(wrapped);
    Py_XDECREF(wrapped2);
    return result;
}

static PyObject *
proxy_iadd(Proxy *self, PyObject *other)
{
    PyObject *wrapped;
    Py_BEGIN_CRITICAL_SECTION(self);
    wrapped = Py_XNewRef(self->wrapped);
    Py_END_CRITICAL_SECTION();
    PyObject *object = PyNumber_InPlaceAdd(wrapped, other);
    Py_XDECREF(wrapped);
    if (!object)
        return NULL;
    PyObject *old_wrapped = NULL;
    Py_BEGIN_CRITICAL_SECTION(self);
    old_wrapped = self->wrapped;
    self->wrapped = object;
    Py_END_CRITICAL_SECTION();
    Py_XDECREF(old_wrapped);
    return Py_NewRef((PyObject *)self);
}

static int
proxy_bool(Proxy *self)
{
    PyObject *wrapped;
    Py_BEGIN_CRITICAL_SECTION(self);
    wrapped = Py_XNewRef(self->wrapped);
    Py_END_CRITICAL_SECTION();
    if (wrapped == Py_None || PyObject_IsTrue(wrapped) == 0) {
        Py_XDECREF(wrapped);
        return 0;
    }
    Py_XDECREF(wrapped);
    return 1;
}

static PyObject *
proxy_call(Proxy *self, PyObject *args)
{
    PyObject *wrapped;
    Py_BEGIN_CRITICAL_SECTION(self);
    wrapped = Py_XNewRef(self->wrapped);
    Py_END_CRITICAL_SECTION();
    PyObject *result = NULL;
    Py_ssize_t n = PyObject_Length(wrapped);
    if (n < 0) {
        Py_XDECREF(wrapped);
        goto done;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *wrapped2;
        Py_BEGIN_CRITICAL_SECTION(self);
        wrapped2 = Py_XNewRef(self->wrapped);
        Py_END_CRITICAL_SECTION();
        PyObject *item = PySequence_GetItem(wrapped2, i);
        Py_XDECREF(wrapped2);
        if (item == NULL) {
            Py_XDECREF(wrapped);
            goto done;
        }
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
        {
            PyObject *result2 = Py_NewRef(wrapped);
            Py_XDECREF(wrapped);
            return result2;
        }
    default:
        break;
    }
    Py_XDECREF(wrapped);
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
    PyObject *wrapped;
    PyObject *name2;
    Py_BEGIN_CRITICAL_SECTION(self);
    wrapped = Py_XNewRef(self->wrapped);
    name2 = Py_XNewRef(self->name);
    Py_END_CRITICAL_SECTION();
    if (PyObject_HasAttr(wrapped, name) &&
        PyObject_IsTrue(wrapped) > 0) {
        PyObject *result = PyObject_GetAttr(wrapped, name);
        Py_XDECREF(wrapped);
        Py_XDECREF(name2);
        return result;
    }
    else if (PyObject_HasAttr(name2, name)) {
        PyObject *result = PyObject_GetAttr(name2, name);
        Py_XDECREF(wrapped);
        Py_XDECREF(name2);
        return result;
    }
    Py_XDECREF(wrapped);
    Py_XDECREF(name2);
    Py_RETURN_NONE;
}

static PyObject *
get_wrapped(Proxy *self, void *closure)
{
    PyObject *result;
    Py_BEGIN_CRITICAL_SECTION(self);
    Py_INCREF(self->wrapped);
    result = self->wrapped;
    Py_END_CRITICAL_SECTION();
    return result;
}

static int
set_wrapped(Proxy *self, PyObject *value, void *closure)
{
    if (value == NULL) {
        PyErr_SetString(PyExc_AttributeError, "cannot delete");
        return -1;
    }
    PyObject *old_wrapped = NULL;
    Py_BEGIN_CRITICAL_SECTION(self);
    old_wrapped = self->wrapped;
    Py_INCREF(value);
    self->wrapped = value;
    Py_END_CRITICAL_SECTION();
    Py_XDECREF(old_wrapped);
    if (PyObject_SetAttrString(value, "owner", (PyObject *)self) < 0)
        return -1;
    return 0;
}

static int
set_name(Proxy *self, PyObject *value, void *closure)
{
    PyObject *old;
    Py_BEGIN_CRITICAL_SECTION(self);
    old = self->name;
    self->name = Py_XNewRef(value);
    Py_END_CRITICAL_SECTION();
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
