#include <Python.h>

typedef struct {
    PyObject_HEAD
    PyObject *a, *b;
    PyObject **items;
    int count, kind;
} Node;

static int
plain(Node *self, visitproc visit, void *arg)
{
    Py_INCREF(self->a);
    Py_VISIT(self->a);
    Py_DECREF(self->a);
    return 0;
}

static int
may_be_null(Node *self, visitproc visit, void *arg)
{
    PyObject *a = self->a;
    Py_XINCREF(a);
    if (a != NULL) {
        int failed = visit(a, arg);
        if (failed) {
            Py_XDECREF(a);
            return failed;
        }
    }
    Py_XDECREF(a);
    return 0;
}

static int
in_loop(Node *self, visitproc visit, void *arg)
{
    for (int i = 0; i < self->count; i++) {
        PyObject *item = self->items[i];
        if (item == NULL)
            continue;
        Py_INCREF(item);
        Py_VISIT(item);
        Py_DECREF(item);
    }
    return 0;
}

static int
without_braces(Node *self, visitproc visit, void *arg)
{
    if (self->a)
        Py_INCREF(self->a);
    Py_VISIT(self->a);
    Py_VISIT(self->b);
    if (self->a != NULL) Py_DECREF(self->a);
    return 0;
}

static int
else_if(Node *self, visitproc visit, void *arg)
{
    if (self->a)
        Py_INCREF(self->a);  // no edit: the reference is taken on some of the ways only
    else if (self->b)
        Py_INCREF(self->b);
    Py_VISIT(self->a);
    Py_VISIT(self->b);
    if (self->a)
        Py_DECREF(self->a);
    else if (self->b)
        Py_DECREF(self->b);
    return 0;
}

static int
in_switch(Node *self, visitproc visit, void *arg)
{
    switch (self->kind) {
    case 1:
        Py_INCREF(self->a);
        Py_VISIT(self->a);
        Py_DECREF(self->a);
        break;
    default:
        Py_VISIT(self->b);
    }
    return 0;
}

static int
with_cleanup(Node *self, visitproc visit, void *arg)
{
    int result = 0;
    PyObject *b = self->b;
    Py_INCREF(b);
    if ((result = visit(b, arg)) != 0)
        goto done;
    result = visit(self->a, arg);
done:
    Py_DECREF(b);
    return result;
}

static int
keeps_it(Node *self, visitproc visit, void *arg)
{
    Py_INCREF(self->a);  // no edit: the reference to 'self->a' is never dropped here
    Py_VISIT(self->a);
    return 0;
}

static int
makes_one(Node *self, visitproc visit, void *arg)
{
    PyObject *name = PyObject_GetAttrString(self->a, "name");  // no edit: 'PyObject_GetAttrString' makes a reference
    Py_VISIT(name);
    Py_XDECREF(name);
    return 0;
}

static int
in_expression(Node *self, visitproc visit, void *arg)
{
    int result = (Py_INCREF(self->a), visit(self->a, arg));  // no edit: 'Py_INCREF' is part of something larger
    Py_DECREF(self->a);
    return result;
}

#define TYPE(name)                                                             \
    static PyType_Slot name##_slots[] = {{Py_tp_traverse, name}, {0, NULL}};   \
    PyType_Spec name##_spec = {"m." #name, sizeof(Node), 0,                    \
                               Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,        \
                               name##_slots};

TYPE(plain)
TYPE(may_be_null)
TYPE(in_loop)
TYPE(without_braces)
TYPE(else_if)
TYPE(in_switch)
TYPE(with_cleanup)
TYPE(keeps_it)
TYPE(makes_one)
TYPE(in_expression)
