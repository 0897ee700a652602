// tidy: differs
/* Made by module init: what is filled after it is stored, tables that Python
   code fills. */
#include <Python.h>

static PyObject *codes;
static PyObject *patterns, *unused;
static int ready;
static PyObject *names[4];
static PyObject *by_arg;
static PyObject *counted;
static PyObject *behind;
static PyObject *quiet;

/* 1: filled in a loop with continue. */
static PyObject *
get_codes(PyObject *self, PyObject *arg)
{
    if (codes == NULL) {
        codes = PyDict_New();
        if (codes == NULL)
            return NULL;
        for (int i = 0; i < 8; i++) {
            PyObject *number = PyLong_FromLong(i);
            if (number == NULL)
                return NULL;
            if (i == 3) {
                Py_DECREF(number);
                continue;
            }
            int failed = PyDict_SetItem(codes, number, number);
            Py_DECREF(number);
            if (failed < 0)
                return NULL;
        }
    }
    return Py_NewRef(codes);
}

/* 2: without braces around what leaves, in a function that returns a number. */
static int
make_patterns(void)
{
    if (!patterns) {
        patterns = PyList_New(0);
        if (!patterns || PyList_Append(patterns, Py_None) < 0)
            return -1;
    }
    return 0;
}

static PyObject *
get_patterns(PyObject *self, PyObject *arg)
{
    if (make_patterns() < 0)
        return NULL;
    return Py_NewRef(patterns);
}

/* 3: a flag and what it speaks of. */
static PyObject *
get_name(PyObject *self, PyObject *arg)
{
    long index = PyLong_AsLong(arg);
    if (!ready) {
        for (int i = 0; i < 4; i++) {
            PyObject *number = PyLong_FromLong(i);
            names[i] = number ? PyObject_Str(number) : NULL;
            Py_XDECREF(number);
            if (names[i] == NULL)
                return NULL;
        }
        ready = 1;
    }
    if (index < 0 || index > 3)
        Py_RETURN_NONE;
    return Py_NewRef(names[index]);
}

/* 4: it depends on the argument. */
static PyObject *
get_by_arg(PyObject *self, PyObject *arg)
{
    if (by_arg == NULL) {
        by_arg = PyList_New(0);  // no edit: what is made depends on 'arg'
        if (by_arg == NULL || PyList_Append(by_arg, arg) < 0)
            return NULL;
    }
    return Py_NewRef(by_arg);
}

/* 5: a success leaves, too. */
static PyObject *
get_counted(PyObject *self, PyObject *arg)
{
    if (counted == NULL) {
        counted = PyList_New(0);  // no edit: what makes it leaves by something else than a failure
        if (counted == NULL)
            return NULL;
        if (PyList_Append(counted, Py_None) == 0)
            return Py_NewRef(counted);
    }
    return Py_NewRef(counted);
}

/* 6: what makes it is declared in front and defined behind. */
static PyObject *make_behind(void);

static PyObject *
get_behind(PyObject *self, PyObject *arg)
{
    if (behind == NULL) {
        behind = make_behind();
        if (behind == NULL || PyList_Append(behind, Py_None) < 0)
            return NULL;
    }
    return Py_NewRef(behind);
}

/* 7: nothing says that it failed. */
static PyObject *
get_quiet(PyObject *self, PyObject *arg)
{
    if (quiet == NULL) {
        quiet = PyList_New(0);  // no edit: what makes it does not say when it failed
        PyList_Append(quiet, Py_None);
    }
    return Py_XNewRef(quiet);
}

static PyMethodDef methods[] = {
    {"get_codes", get_codes, METH_NOARGS, NULL},
    {"get_patterns", get_patterns, METH_NOARGS, NULL},
    {"get_name", get_name, METH_O, NULL},
    {"get_by_arg", get_by_arg, METH_O, NULL},
    {"get_counted", get_counted, METH_NOARGS, NULL},
    {"get_behind", get_behind, METH_NOARGS, NULL},
    {"get_quiet", get_quiet, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static int
exec(PyObject *module)
{
    Py_ssize_t size;
    if (PyModule_AddStringConstant(module, "version", "1") < 0)
        return -1;
    size = PyDict_Size(PyModule_GetDict(module));
    return size < 0 ? -1 : 0;
}

static PyObject *
make_behind(void)
{
    return PyList_New(0);
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, exec},
    {0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "exec", NULL, 0, methods, slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_exec(void)
{
    return PyModuleDef_Init(&module);
}
