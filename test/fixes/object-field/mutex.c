/* Fields that are used while the thread has no thread state. */
#include <Python.h>

typedef struct coder coder;
coder *coder_new(void);
void coder_free(coder *);
int coder_feed(coder *, const char *, Py_ssize_t);
unsigned long coder_sum(coder *);
void coder_copy(coder *to, coder *from);
const char *coder_text(coder *);

typedef struct {
    PyObject_HEAD
    coder *state;
    long mutex;
} Hash; // sums up what it is fed

static PyTypeObject HashType;

static PyObject *
hash_copy(Hash *self, PyObject *Py_UNUSED(ignored))
{
    Hash *copy = PyObject_New(Hash, &HashType);
    if (copy == NULL)
        return NULL;
    copy->state = coder_new();
    if (copy->state == NULL) {
        Py_DECREF(copy);
        return PyErr_NoMemory();
    }
    coder_copy(copy->state, self->state);
    return (PyObject *)copy;
}

static PyObject *
hash_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    Hash *self = (Hash *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    self->state = coder_new();
    if (self->state == NULL) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    return (PyObject *)self;
}

static void
hash_dealloc(Hash *self)
{
    if (self->state)
        coder_free(self->state);
    PyObject_Free(self);
}

static PyObject *
hash_update(PyObject *op, PyObject *arg)
{
    Hash *self = (Hash *)op;
    coder *state = self->state;
    char *data;
    Py_ssize_t size;
    int failed = 0;
    if (PyBytes_AsStringAndSize(arg, &data, &size) < 0)
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    for (int i = 0; i < 2; i++) {
        failed = coder_feed(state, data, size);
        if (failed)
            break;
    }
    Py_END_ALLOW_THREADS
    if (failed)
        return PyErr_Format(PyExc_ValueError, "cannot be fed");
    Py_RETURN_NONE;
}

static PyObject *
hash_sum(PyObject *op, PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromUnsignedLong(coder_sum(((Hash *)op)->state));
}

static PyObject *
hash_feed_twice(Hash *self, PyObject *arg)
{
    const char *text = PyUnicode_AsUTF8(arg);
    if (text == NULL)
        return NULL;
    if (coder_feed(self->state, text, 1) || coder_feed(self->state, text, 1)) {
        PyErr_SetString(PyExc_ValueError, "cannot be fed");
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyMethodDef hash_methods[] = {
    {"copy", (PyCFunction)hash_copy, METH_NOARGS, NULL},
    {"update", hash_update, METH_O, NULL},
    {"sum", hash_sum, METH_NOARGS, NULL},
    {"feed_twice", (PyCFunction)hash_feed_twice, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject HashType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "mutex.Hash",
    .tp_basicsize = sizeof(Hash),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = hash_new,
    .tp_dealloc = (destructor)hash_dealloc,
    .tp_methods = hash_methods,
};

/* What the library returns leads into what the lock protects. */
typedef struct {
    PyObject_HEAD
    coder *state;
} Text;

static PyObject *
text_feed(Text *self, PyObject *arg)
{
    int failed;
    Py_BEGIN_ALLOW_THREADS
    failed = coder_feed(self->state, "a", 1);  // no edit: in 'text_get' what it holds is used behind the lock
    Py_END_ALLOW_THREADS
    return PyLong_FromLong(failed);
}

static PyObject *
text_get(Text *self, PyObject *Py_UNUSED(ignored))
{
    const char *text = coder_text(self->state);
    return PyUnicode_FromString(text);
}

static PyMethodDef text_methods[] = {
    {"feed", (PyCFunction)text_feed, METH_O, NULL},
    {"get", (PyCFunction)text_get, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject TextType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "mutex.Text",
    .tp_basicsize = sizeof(Text),
    .tp_methods = text_methods,
};

/* Objects that are copied as a whole would copy the mutex. */
typedef struct { PyObject_HEAD coder *state; int level; } Whole;

static PyTypeObject WholeType;

static PyObject *
whole_copy(Whole *self, PyObject *Py_UNUSED(ignored))
{
    Whole *copy = PyObject_New(Whole, &WholeType);
    if (copy == NULL)
        return NULL;
    memcpy(copy, self, sizeof(Whole));
    Py_SET_REFCNT((PyObject *)copy, 1);
    return (PyObject *)copy;
}

static PyObject *
whole_feed(Whole *self, PyObject *arg)
{
    int failed;
    Py_BEGIN_ALLOW_THREADS
    failed = coder_feed(self->state, "a", 1);  // no edit: 'whole_copy' copies it as a whole
    Py_END_ALLOW_THREADS
    return PyLong_FromLong(failed);
}

static PyMethodDef whole_methods[] = {
    {"copy", (PyCFunction)whole_copy, METH_NOARGS, NULL},
    {"feed", (PyCFunction)whole_feed, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject WholeType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "mutex.Whole",
    .tp_basicsize = sizeof(Whole),
    .tp_methods = whole_methods,
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "mutex", NULL, 0, NULL, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_mutex(void)
{
    if (PyType_Ready(&HashType) < 0 || PyType_Ready(&TextType) < 0 ||
        PyType_Ready(&WholeType) < 0)
        return NULL;
    PyObject *m = PyModule_Create(&module);
    if (m == NULL || PyModule_AddType(m, &HashType) < 0)
        return NULL;
    return m;
}
