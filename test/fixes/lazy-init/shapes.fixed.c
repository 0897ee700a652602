#include <Python.h>
#include <stdatomic.h>

/* Keeps value in *cache, or drops it for what another thread kept. */
static inline PyObject *
keep_first(_Atomic(PyObject *) *cache, PyObject *value)
{
    PyObject *first = NULL;
    if (value == NULL ||
        atomic_compare_exchange_strong(cache, &first, value))
        return value;
    Py_DECREF(value);
    return first;
}

static PyObject *
plain(PyObject *self, PyObject *arg)
{
    static _Atomic(PyObject *) empty_cache = NULL;
    PyObject *empty = atomic_load(&empty_cache);

    if (empty == NULL) {
        empty = keep_first(&empty_cache, PyTuple_New(0));
        if (empty == NULL)
            return NULL;
    }
    return PyObject_Call(arg, empty, NULL);
}

static PyObject *
without_braces(PyObject *self, PyObject *arg)
{
    static _Atomic(PyObject *) name_cache = NULL;
    PyObject *name = atomic_load(&name_cache);
    if (!name)
        name = keep_first(&name_cache, PyUnicode_InternFromString("name"));
    if (!name)
        return NULL;
    return PyObject_GetAttr(arg, name);
}

static PyObject *
in_condition(PyObject *self, PyObject *arg)
{
    static _Atomic(PyObject *) name_cache = NULL;
    PyObject *name = atomic_load(&name_cache);
    if (name == NULL && (name = keep_first(&name_cache, PyUnicode_InternFromString("key"))) == NULL)
        return NULL;
    return PyObject_GetAttr(arg, name);
}

static PyObject *
imported(PyObject *self, PyObject *arg)
{
    PyObject *result = NULL;
    static _Atomic(PyObject *) decimal_cache = NULL;
    PyTypeObject *decimal = (PyTypeObject *)atomic_load(&decimal_cache);

    if (decimal == NULL) {
        PyObject *module = PyImport_ImportModule("decimal");
        if (module == NULL)
            goto error;
        decimal = (PyTypeObject *)keep_first(&decimal_cache, (PyObject *)PyObject_GetAttrString(module, "Decimal"));
        Py_DECREF(module);
        if (decimal == NULL)
            goto error;
    }
    result = PyBool_FromLong(PyObject_TypeCheck(arg, decimal));
error:
    return result;
}

static PyObject *
nested(PyObject *self, PyObject *arg)
{
    if (arg == Py_None) {
        static _Atomic(PyObject *) null_cache = NULL;
        PyObject *null = atomic_load(&null_cache);
        if (null == NULL) {
            null = keep_first(&null_cache, PyUnicode_InternFromString("null"));
            if (null == NULL)
                return NULL;
        }
        Py_INCREF(null);
        return null;
    } else if (arg == Py_True) {
        static _Atomic(PyObject *) yes_cache = NULL;
        PyObject *yes = atomic_load(&yes_cache);
        if (yes == NULL)
            yes = keep_first(&yes_cache, PyUnicode_InternFromString("true"));
        return Py_XNewRef(yes);
    }
    Py_RETURN_NONE;
}

static PyObject *
two_under_one_test(PyObject *self, PyObject *arg)
{
    static _Atomic(PyObject *) first_cache = NULL;
    PyObject *first = atomic_load(&first_cache);
    static _Atomic(PyObject *) second_cache = NULL;
    PyObject *second = atomic_load(&second_cache);
    if (!first || second == NULL) {
        first = keep_first(&first_cache, PyUnicode_InternFromString("first"));
        second = keep_first(&second_cache, PyUnicode_InternFromString("second"));
    }
    return PyTuple_Pack(2, first, second);
}

static PyObject *
in_switch(PyObject *self, PyObject *arg)
{
    switch (PyTuple_Check(arg)) {
    case 0: {
        static _Atomic(PyObject *) zero_cache = NULL;
        PyObject *zero = atomic_load(&zero_cache);
        if (zero == NULL)
            zero = keep_first(&zero_cache, PyLong_FromLong(
                1000000));
        return Py_XNewRef(zero);
    }
    default:
        break;
    }
    Py_RETURN_NONE;
}

static PyObject *
in_loop(PyObject *self, PyObject *arg)
{
    for (Py_ssize_t i = 0; i < PyTuple_Size(arg); i++) {
        static _Atomic(PyObject *) bytes_cache = NULL;
        PyObject *bytes = atomic_load(&bytes_cache);
        if (bytes == NULL && !(bytes = keep_first(&bytes_cache, PyBytes_FromString("x"))))
            return NULL;
        if (PyTuple_GET_ITEM(arg, i) == bytes)
            continue;
        if (PyObject_IsTrue(bytes) < 0)
            return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
chosen(PyObject *self, PyObject *arg)
{
    static _Atomic(PyObject *) type_cache = NULL;
    PyTypeObject *type = (PyTypeObject *)atomic_load(&type_cache);
    if (type == NULL)
        type = (PyTypeObject *)keep_first(&type_cache, (PyObject *)(arg == Py_None
                                    ? PyObject_GetAttrString(self, "a")
                                    : PyObject_GetAttrString(self, "b")));
    return PyBool_FromLong(Py_TYPE(arg) == type);
}

static PyObject *
jump_elsewhere(PyObject *self, PyObject *arg)
{
    if (arg == Py_None)
        goto done;
    if (arg == Py_True) {
        static _Atomic(PyObject *) yes_cache = NULL;
        PyObject *yes = atomic_load(&yes_cache);
#ifdef EXTRA_CHECKS
        if (self == NULL)
            return NULL;
#endif
        if (!yes)
            yes = keep_first(&yes_cache, PyUnicode_InternFromString("yes"));
        return Py_XNewRef(yes);
    }
done:
    Py_RETURN_NONE;
}

static PyObject *
filled_later(PyObject *self, PyObject *arg)
{
    static PyObject *pair = NULL;
    if (pair == NULL) {
        pair = PyTuple_New(1);  // no edit: the object is filled after 'pair' is set
        if (pair == NULL)
            return NULL;
        PyTuple_SET_ITEM(pair, 0, PyLong_FromLong(1));
    }
    return Py_NewRef(pair);
}

static PyObject *
borrowed(PyObject *self, PyObject *arg)
{
    static PyObject *loads = NULL;
    if (loads == NULL) {
        loads = PyDict_GetItemString(arg, "loads");  // no edit: 'loads' is set to a borrowed reference
        Py_XINCREF(loads);
    }
    return Py_XNewRef(loads);
}

static int
load_into(PyObject **slot)
{
    if (*slot == NULL)
        *slot = PyUnicode_InternFromString("slot");  // no edit: the address of 'slot' is taken
    return *slot != NULL;
}

static PyObject *
by_address(PyObject *self, PyObject *arg)
{
    static PyObject *slot = NULL;
    if (!load_into(&slot))
        return NULL;
    return Py_NewRef(slot);
}

static PyObject *
jumped_over(PyObject *self, PyObject *arg)
{
    if (arg == Py_None)
        goto done;
    static PyObject *late = NULL;
    if (late == NULL)
        late = PyLong_FromLong(70000);  // no edit: a jump may pass the declaration
    return Py_XNewRef(late);
done:
    Py_RETURN_NONE;
}

static int table_ready;
static PyMutex table_ready_mutex; // held where table_ready, table are used
static long table[8];

static PyObject *
flag(PyObject *self, PyObject *arg)
{
    PyMutex_Lock(&table_ready_mutex);
    if (!table_ready) {
        for (int i = 0; i < 8; i++)
            table[i] = i * i;
        table_ready = 1;
    }
    PyObject *result = PyLong_FromLong(table[3]);
    PyMutex_Unlock(&table_ready_mutex);
    return result;
}

static PyMethodDef methods[] = {
    {"plain", plain, METH_O, NULL},
    {"without_braces", without_braces, METH_O, NULL},
    {"in_condition", in_condition, METH_O, NULL},
    {"imported", imported, METH_O, NULL},
    {"nested", nested, METH_O, NULL},
    {"two_under_one_test", two_under_one_test, METH_O, NULL},
    {"in_switch", in_switch, METH_O, NULL},
    {"in_loop", in_loop, METH_O, NULL},
    {"chosen", chosen, METH_O, NULL},
    {"jump_elsewhere", jump_elsewhere, METH_O, NULL},
    {"filled_later", filled_later, METH_O, NULL},
    {"borrowed", borrowed, METH_O, NULL},
    {"by_address", by_address, METH_O, NULL},
    {"jumped_over", jumped_over, METH_O, NULL},
    {"flag", flag, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "lazy", NULL, 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_lazy(void)
{
    return PyModuleDef_Init(&module);
}
