#include <Python.h>

typedef struct Node {
    PyObject_HEAD
    PyObject *text;
    PyObject *items;
    PyObject *parent;
    Py_ssize_t size;
    char *name;
} Node;

/* 1: two in a row. */
static PyObject *
move(PyObject *op, PyObject *other)
{
    Node *a = (Node *)op, *b = (Node *)other;
    Py_BEGIN_CRITICAL_SECTION2(op, other);
    a->size += b->size;
    b->size = 0;
    Py_END_CRITICAL_SECTION2();
    Py_RETURN_NONE;
}

/* 2: work on both sides of the inner one. */
static PyObject *
swap(PyObject *op, PyObject *other)
{
    Node *a = (Node *)op, *b = (Node *)other;
    Py_BEGIN_CRITICAL_SECTION2(op, other);
    Py_ssize_t size = a->size;
        a->size = b->size;
        b->size = size;
    a->text = NULL;
    Py_END_CRITICAL_SECTION2();
    Py_RETURN_NONE;
}

/* 3: the inner one once for each item, with continue. */
static PyObject *
extend(PyObject *op, PyObject *list)
{
    Node *self = (Node *)op;
    Py_BEGIN_CRITICAL_SECTION2(list, op);
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        PyObject *item;
        if (i == 3)
            continue;
        item = PyList_GET_ITEM(list, i);
        Py_XSETREF(self->text, Py_NewRef(item));
    }
    Py_END_CRITICAL_SECTION2();
    Py_RETURN_NONE;
}

/* 4: another object each time. */
static PyObject *
each(PyObject *op, PyObject *nodes)
{
    Node *self = (Node *)op;
    Py_BEGIN_CRITICAL_SECTION(op);
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(nodes); i++) {
        PyObject *other = PyTuple_GET_ITEM(nodes, i);
        Py_BEGIN_CRITICAL_SECTION(other);  // no edit: 'other' is not known where the outer section begins
        self->size += ((Node *)other)->size;
        Py_END_CRITICAL_SECTION();
    }
    Py_END_CRITICAL_SECTION();
    Py_RETURN_NONE;
}

/* 5: in a branch. */
static PyObject *
maybe(PyObject *op, PyObject *other)
{
    Node *a = (Node *)op, *b = (Node *)other;
    Py_BEGIN_CRITICAL_SECTION(op);
    if (Py_IS_TYPE(other, Py_TYPE(op))) {
        Py_BEGIN_CRITICAL_SECTION(other);  // no edit: the inner section is in a branch
        a->size = b->size;
        Py_END_CRITICAL_SECTION();
    }
    Py_END_CRITICAL_SECTION();
    Py_RETURN_NONE;
}

/* 6: set on first use, with Python code between test and store. */
static PyObject *
text(PyObject *op, PyObject *format)
{
    Node *self = (Node *)op;
    PyObject *result;
    Py_BEGIN_CRITICAL_SECTION(op);
    if (self->text == NULL) {
        PyObject *made = PyObject_Format(op, format);
        if (self->text == NULL)
            self->text = made;
        else if (made == NULL)
            PyErr_Clear(); // another thread has made one
        else
            Py_DECREF(made);
    }
    result = Py_XNewRef(self->text);
    Py_END_CRITICAL_SECTION();
    return result;
}

/* 7: by way of a variable, with goto for what fails. */
static PyObject *
load(PyObject *name)
{
    PyObject *module = PyImport_Import(name);
    if (module == NULL)
        return NULL;
    PyObject *items = PyObject_GetAttrString(module, "items");
    Py_DECREF(module);
    return items;
}

static PyObject *
items(PyObject *op, PyObject *name)
{
    Node *self = (Node *)op;
    PyObject *result = NULL;
    Py_BEGIN_CRITICAL_SECTION(op);
    if (!self->items) {
        PyObject *made = load(name);
        if (made == NULL)
            goto done;
        if (self->items == NULL)
            self->items = made;
        else
            Py_XDECREF(made);
    }
    result = Py_NewRef(self->items);
done:;
    Py_END_CRITICAL_SECTION();
    return result;
}

/* 8: detached in between, in a switch. */
static PyObject *
parent(PyObject *op, PyObject *arg)
{
    Node *self = (Node *)op;
    PyObject *result = NULL;
    Py_BEGIN_CRITICAL_SECTION(op);
    switch (PyObject_IsTrue(arg)) {
    case 1:
        if (self->parent == NULL) {
            Py_BEGIN_ALLOW_THREADS
            self->size = 1;
            Py_END_ALLOW_THREADS
            PyObject *made = PyList_New(0);
            if (self->parent == NULL)
                self->parent = made;
            else if (made == NULL)
                PyErr_Clear(); // another thread has made one
            else
                Py_DECREF(made);
        }
        result = Py_XNewRef(self->parent);
        break;
    default:
        result = Py_NewRef(Py_None);
    }
    Py_END_CRITICAL_SECTION();
    return result;
}

/* 9: what was made is used behind the store. */
static PyObject *
used(PyObject *op, PyObject *name)
{
    Node *self = (Node *)op;
    PyObject *result = NULL;
    Py_BEGIN_CRITICAL_SECTION(op);
    if (self->items == NULL) {
        PyObject *made = load(name);
        self->items = made;  // no edit: 'made' is used behind the store
        result = Py_XNewRef(made);
    }
    Py_END_CRITICAL_SECTION();
    return result;
}

/* 10: a section on the object just made. */
static PyObject *registry;

static PyObject *
register_name(PyObject *module, PyObject *name)
{
    PyObject *entry = PyList_New(0);
    if (entry == NULL)
        return NULL;
    Py_BEGIN_CRITICAL_SECTION(entry);  // no edit: which object it should lock is for a person to say
    Py_XSETREF(registry, Py_NewRef(name));
    Py_END_CRITICAL_SECTION();
    return entry;
}

static PyMethodDef node_methods[] = {
    {"move", move, METH_O, NULL},
    {"swap", swap, METH_O, NULL},
    {"extend", extend, METH_O, NULL},
    {"each", each, METH_O, NULL},
    {"maybe", maybe, METH_O, NULL},
    {"text", text, METH_O, NULL},
    {"items", items, METH_O, NULL},
    {"parent", parent, METH_O, NULL},
    {"used", used, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject node_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "fx.Node",
    .tp_basicsize = sizeof(Node),
    .tp_methods = node_methods,
};

static PyMethodDef methods[] = {
    {"register_name", register_name, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "fx", NULL, -1, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_fx(void)
{
    if (PyType_Ready(&node_type) < 0)
        return NULL;
    return PyModule_Create(&module);
}
