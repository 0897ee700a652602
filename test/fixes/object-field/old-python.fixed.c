// ungil: --target-python 3.9
#include <Python.h>

/* Before Python 3.13 the GIL does what critical sections do. */
#if PY_VERSION_HEX < 0x030D0000
#  define Py_BEGIN_CRITICAL_SECTION(op) {
#  define Py_END_CRITICAL_SECTION() }
#  define Py_BEGIN_CRITICAL_SECTION2(a, b) {
#  define Py_END_CRITICAL_SECTION2() }
#endif

/* Critical sections are new in 3.13; before that the GIL does. */

typedef struct {
    PyObject_HEAD
    PyObject *value;
    long changes;
} Box;

static PyObject *
set(Box *self, PyObject *value)
{
    PyObject *old_value = NULL;
    Py_BEGIN_CRITICAL_SECTION(self);
    old_value = self->value;
    self->value = Py_NewRef(value);
    self->changes++;
    Py_END_CRITICAL_SECTION();
    Py_XDECREF(old_value);
    Py_RETURN_NONE;
}

static PyObject *
get_impl(Box *self, PyObject *unused)
{
    if (self->value == NULL)
        Py_RETURN_NONE;
    return Py_NewRef(self->value);
}

static PyObject *
get(Box *self, PyObject *unused)
{
    PyObject *result;
    Py_BEGIN_CRITICAL_SECTION(self);
    result = get_impl(self, unused);
    Py_END_CRITICAL_SECTION();
    return result;
}

static PyObject *
changes(Box *self, PyObject *unused)
{
    PyObject *result;
    Py_BEGIN_CRITICAL_SECTION(self);
    result = PyLong_FromLong(self->changes);
    Py_END_CRITICAL_SECTION();
    return result;
}

static PyMethodDef methods[] = {
    {"set", (PyCFunction)set, METH_O, NULL},
    {"get", (PyCFunction)get, METH_NOARGS, NULL},
    {"changes", (PyCFunction)changes, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_methods, methods},
    {0, NULL},
};

PyType_Spec spec = {"m.Box", sizeof(Box), 0, Py_TPFLAGS_DEFAULT, slots};
