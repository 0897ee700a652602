// tidy: differs
#include <Python.h>

static PyObject *
local(PyObject *self, PyObject *arg)
{
    char *text = PyMem_Malloc(16);
    if (text == NULL)
        return PyErr_NoMemory();
    memset(text, 'x', 16);
    PyObject *result = PyBytes_FromStringAndSize(text, 16);
    PyMem_Free(text);
    return result;
}

static PyObject *
several_releases(PyObject *self, PyObject *arg)
{
    PyObject *result = NULL;
    long *numbers = (long *)PyMem_Calloc(4, sizeof(long));
    if (!numbers) return PyErr_NoMemory();
    for (int i = 0; i < 4; i++) {
        numbers[i] = PyLong_AsLong(arg);
        if (numbers[i] == -1 && PyErr_Occurred()) {
            PyMem_Free(numbers);
            return NULL;
        }
    }
    if (numbers[0] == 7)
        goto done;
    result = PyLong_FromLong(numbers[0]);
done:
    PyMem_Free(numbers);
    return result;
}

static PyObject *
grown(PyObject *self, PyObject *arg)
{
    char *block = PyMem_Malloc(8);
    if (block == NULL)
        return PyErr_NoMemory();
    for (int i = 1; i < 3; i++) {
        char *more = PyMem_Realloc(block, 8 * (i + 1));
        if (more == NULL) {
            PyMem_Free(block);
            return PyErr_NoMemory();
        }
        block = more;
    }
    PyMem_Free(block);
    Py_RETURN_NONE;
}

typedef struct {
    PyObject_HEAD
    char *buffer;
    char *owned;
    char *text;
} Box;

static PyObject *
fill(Box *self, PyObject *arg)
{
    self->buffer = (char *)PyMem_Malloc(32);
    Py_RETURN_NONE;
}

static PyObject *
refill(Box *self, PyObject *arg)
{
    PyMem_Free(self->buffer);
    self->buffer = PyMem_Malloc(64);
    Py_RETURN_NONE;
}

static PyObject *
mixed(Box *self, PyObject *arg)
{
    free(self->owned);
    self->owned = PyObject_Malloc(8);  // no edit: blocks of 'free' come the same way
    Py_RETURN_NONE;
}

static PyObject *
leaks(Box *self, PyObject *arg)
{
    self->text = PyObject_Malloc(8);  // no edit: nothing was seen that releases the block
    Py_RETURN_NONE;
}

static void
dealloc(Box *self)
{
    PyMem_Free(self->buffer);
    PyObject_Free(self);
}

static PyObject *
half(PyObject *self, PyObject *arg)
{
    char *block = PyMem_Malloc(8);
    if (!block)
        return PyErr_NoMemory();
    PyMem_Free(block);
    Py_RETURN_NONE;
}

#define MAKE(n) PyObject_Malloc(n)

static PyObject *
by_macro(PyObject *self, PyObject *arg)
{
    void *block = MAKE(8);  // no edit: the code is in the body of a macro
    PyObject_Free(block);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"local", local, METH_O, NULL},
    {"several_releases", several_releases, METH_O, NULL},
    {"grown", grown, METH_O, NULL},
    {"half", half, METH_O, NULL},
    {"by_macro", by_macro, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyMethodDef box_methods[] = {
    {"fill", (PyCFunction)fill, METH_O, NULL},
    {"refill", (PyCFunction)refill, METH_O, NULL},
    {"mixed", (PyCFunction)mixed, METH_O, NULL},
    {"leaks", (PyCFunction)leaks, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot box_slots[] = {
    {Py_tp_dealloc, dealloc},
    {Py_tp_methods, box_methods},
    {0, NULL},
};

PyType_Spec box_spec = {"m.Box", sizeof(Box), 0, Py_TPFLAGS_DEFAULT, box_slots};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "m", NULL, 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_m(void)
{
    return PyModuleDef_Init(&module);
}
