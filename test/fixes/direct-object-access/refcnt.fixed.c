// tidy: differs
#include <Python.h>
#include <stdio.h>

/* The field that free-threaded headers do not declare. */

typedef struct {
    PyObject_HEAD
    PyObject *items[4];
    struct { PyObject *value; } *pair;
} Box;

#define REFS(op) ((op)->ob_refcnt)

static PyObject *
take(PyObject *self, PyObject *arg)
{
    Py_INCREF(arg);
    return arg;
}

static PyObject *
take_first(PyObject *self, PyObject *arg)
{
    Box *box = (Box *)self;
    Py_INCREF(box->items[0]);
    return box->items[0];
}

static PyObject *
alone(PyObject **obj, PyObject *arg)
{
    if (Py_REFCNT(*obj) == 1 && arg != NULL)
        return *obj;
    return Py_REFCNT((PyObject *)arg) > 1 ? arg : NULL;
}

static PyObject *
show(PyObject *self, PyObject *arg)
{
    Box *box = (Box *)self;
    for (int i = 0; i < 4; i++) {
        if (box->items[i] == NULL)
            continue;
        printf("%zd %zd\n", Py_REFCNT(box->items[i]),
               Py_REFCNT(box->pair->value));
    }
    return PyLong_FromSsize_t(Py_REFCNT(Py_TYPE(self)->tp_dict));
}

static PyObject *
again(PyObject *self, PyObject *arg)
{
    PyObject *op = (PyObject *)PyObject_Malloc(sizeof(Box));
    if (op == NULL)
        return NULL;
    Py_SET_REFCNT(op, 1);
    op->ob_type = Py_TYPE(arg);
    return op;
}

static PyObject *
drop(PyObject *self, PyObject *arg)
{
    switch (PyObject_IsTrue(arg)) {
    case 1:
        if (Py_REFCNT(arg) <= 1) goto alone;
        break;
    default:
        arg->ob_refcnt--;  // no edit: the count is changed in a way that no function has
    }
    return NULL;
alone:
    return arg;
}

static PyObject *
by_macro(PyObject *self, PyObject *arg)
{
    return PyLong_FromSsize_t(REFS(arg));  // no edit: the code is in the body of a macro
}

PyObject *
safe_resize(PyObject **obj, PyObject *arg)
{
    return alone(obj, arg);
}

PyMethodDef methods[] = {
    {"take", take, METH_O, NULL},
    {"take_first", take_first, METH_O, NULL},
    {"show", show, METH_O, NULL},
    {"again", again, METH_O, NULL},
    {"drop", drop, METH_O, NULL},
    {"by_macro", by_macro, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};
