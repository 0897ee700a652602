#include <Python.h>

typedef struct {
    PyObject_HEAD
    PyObject *listeners;
    PyObject *pending;
    PyObject *counts;
} Bus;

static PyObject *types;

/* 1: a list for each key; borrowed from the dict behind the store. */
static PyObject *
listen(PyObject *op, PyObject *const *args, Py_ssize_t n)
{
    Bus *self = (Bus *)op;
    PyObject *list = PyDict_GetItemWithError(self->listeners, args[0]);
    if (list == NULL) {
        list = PyList_New(0);
        PyObject *first = NULL;
        if (list == NULL || PyDict_SetDefaultRef(self->listeners, args[0], list, &first) < 0)
            return NULL;
        if (first != NULL)
            Py_SETREF(list, first);
        Py_DECREF(list);
    }
    if (PyList_Append(list, args[1]) < 0)
        return NULL;
    Py_RETURN_NONE;
}

/* 2: a type for each name; the branch for failure does not leave. */
static PyObject *
type_for(PyObject *self, PyObject *name)
{
    PyObject *type = NULL;
    int found = PyDict_GetItemRef(types, name, &type);
    if (found != 0)
        return type;
    type = PyType_GenericAlloc(&PyBaseObject_Type, 0);
    PyObject *first = NULL;
    if (type != NULL && PyDict_SetDefaultRef(types, name, type, &first) < 0)
        Py_CLEAR(type);
    if (first != NULL)
        Py_SETREF(type, first);
    return type;
}

/* 3: the same in a loop with continue, and with the result in a variable. */
static PyObject *
listen_all(PyObject *op, PyObject *keys)
{
    Bus *self = (Bus *)op;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(keys); i++) {
        PyObject *key = PyTuple_GET_ITEM(keys, i), *set = NULL;
        if (key == Py_None)
            continue;
        if (PyDict_GetItemRef(self->listeners, key, &set) < 0)
            return NULL;
        if (set == NULL) {
            set = PySet_New(NULL);
            if (set == NULL)
                return NULL;
            PyObject *first = NULL;
            int rc = PyDict_SetDefaultRef(self->listeners, key, set, &first);
            if (first != NULL)
                Py_SETREF(set, first);
            if (rc < 0) {
                Py_DECREF(set);
                return NULL;
            }
        }
        int rc = PySet_Add(set, op);
        Py_DECREF(set);
        if (rc < 0)
            return NULL;
    }
    Py_RETURN_NONE;
}

/* 4: a queue of one: read, then taken out. */
static PyObject *
take(PyObject *op, PyObject *key)
{
    Bus *self = (Bus *)op;
    PyObject *value = NULL;
    if (PyDict_Pop(self->pending, key, &value) <= 0)
        return NULL;
    return value;
}

/* 5: by a string, with goto for what fails. */
static PyObject *
take_named(PyObject *op, PyObject *unused)
{
    Bus *self = (Bus *)op;
    PyObject *value = NULL;
    int rc = PyDict_PopString(self->pending, "name", &value);
    if (rc < 0)
        goto failed;
    if (value == NULL) {
        Py_RETURN_NONE;
    }
    return value;
failed:
    Py_XDECREF(value);
    return NULL;
}

/* 6: there a moment ago. */
static PyObject *
forget(PyObject *op, PyObject *key)
{
    Bus *self = (Bus *)op;
    int there = PyDict_Pop(self->pending, key, NULL);
    if (there < 0)
        return NULL;
    return PyBool_FromLong(there);
}

/* 7: all in one condition, in a switch. */
static PyObject *
forget_some(PyObject *op, PyObject *key)
{
    Bus *self = (Bus *)op;
    switch (PyObject_IsTrue(key)) {
    case 1:
        if (PyDict_Pop(self->pending, key, NULL) < 0)
            return NULL;
        break;
    default:
        Py_RETURN_FALSE;
    }
    Py_RETURN_TRUE;
}

/* 8: more is done where the key was there. */
static PyObject *
forget_and_tell(PyObject *op, PyObject *key)
{
    Bus *self = (Bus *)op;
    if (PyDict_Pop(self->pending, key, NULL) > 0) {
        return PyUnicode_FromString("gone");
    }
    if (PyErr_Occurred())
        return NULL;
    Py_RETURN_NONE;
}

/* 9: what is stored is known by another name as well. */
static PyObject *
aliased(PyObject *self, PyObject *name)
{
    PyObject *type = NULL, *other;
    if (PyDict_GetItemRef(types, name, &type) != 0)
        return type;
    type = PyType_GenericAlloc(&PyBaseObject_Type, 0);
    other = type;
    if (type == NULL || PyDict_SetItem(types, name, type) < 0)  // no edit: another variable than 'type' points to what is stored
        return NULL;
    return other;
}

/* 10: a count. */
static PyObject *
count(PyObject *op, PyObject *key)
{
    Bus *self = (Bus *)op;
    PyObject *old = NULL;
    if (PyDict_GetItemRef(self->counts, key, &old) < 0)
        return NULL;
    long n = old ? PyLong_AsLong(old) : 0;
    Py_XDECREF(old);
    PyObject *now = PyLong_FromLong(n + 1);
    if (now == NULL)
        return NULL;
    int rc = PyDict_SetItem(self->counts, key, now);  // no edit: a new value from the old one needs a lock
    Py_DECREF(now);
    return rc < 0 ? NULL : Py_NewRef(Py_None);
}

/* 11: something is done between the two. */
static PyObject *
take_and_look(PyObject *op, PyObject *key)
{
    Bus *self = (Bus *)op;
    PyObject *value = NULL;
    if (PyDict_GetItemRef(self->pending, key, &value) <= 0)
        return NULL;
    if (value == Py_None)
        return value;
    if (PyDict_DelItem(self->pending, key) < 0) {  // no edit: something may be done between the two steps
        Py_DECREF(value);
        return NULL;
    }
    return value;
}

static PyMethodDef methods[] = {
    {"listen", (PyCFunction)(void (*)(void))listen, METH_FASTCALL, NULL},
    {"type_for", type_for, METH_O, NULL},
    {"listen_all", listen_all, METH_O, NULL},
    {"take", take, METH_O, NULL},
    {"take_named", take_named, METH_NOARGS, NULL},
    {"forget", forget, METH_O, NULL},
    {"forget_some", forget_some, METH_O, NULL},
    {"forget_and_tell", forget_and_tell, METH_O, NULL},
    {"aliased", aliased, METH_O, NULL},
    {"count", count, METH_O, NULL},
    {"take_and_look", take_and_look, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot bus_slots[] = {
    {Py_tp_methods, methods},
    {0, NULL},
};

PyType_Spec bus_spec = {
    "m.Bus", sizeof(Bus), 0, Py_TPFLAGS_DEFAULT, bus_slots,
};

int
setup(PyObject *module)
{
    types = PyDict_New();
    return types ? 0 : -1;
}
