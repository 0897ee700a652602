/* What a call puts aside and back belongs to the calls of one thread. */
#include <Python.h>
#include <string.h>

double solve(double (*f)(double), double x);

static _Thread_local PyObject *function = NULL;
static _Thread_local PyObject *extra;
static _Thread_local PyObject *jacobian = NULL;
static _Thread_local double (*native)(double) = NULL;
struct context {
    PyObject *function;
    int transposed;
};
static _Thread_local struct context context;
static PyObject *persistent;
static int depth;
static PyMutex depth_mutex; // held where depth is used

#define RESTORE() \
    function = stored[0]; \
    extra = stored[1];

static double
callback(double x)
{
    PyObject *result = PyObject_CallFunction(function, "dO", x, extra);
    double value = result ? PyFloat_AsDouble(result) : 0;
    Py_XDECREF(result);
    return value;
}

/* A macro puts back. */
static PyObject *
root(PyObject *self, PyObject *args)
{
    PyObject *f, *more;
    PyObject *stored[2];
    if (!PyArg_ParseTuple(args, "OO", &f, &more))
        return NULL;
    stored[0] = function;
    stored[1] = extra;
    function = f;
    extra = more;
    double x = solve(callback, 1.0);
    RESTORE();
    if (PyErr_Occurred())
        return NULL;
    return PyFloat_FromDouble(x);
}

/* A plain local, and a way out by goto. */
static double
slope(double x)
{
    PyObject *result = PyObject_CallFunction(jacobian, "d", x);
    Py_XDECREF(result);
    return x;
}

static PyObject *
descend(PyObject *self, PyObject *f)
{
    PyObject *outer = jacobian, *result = NULL;
    jacobian = f;
    double x = solve(slope, 1.0);
    if (PyErr_Occurred())
        goto done;
    result = PyFloat_FromDouble(x);
done:
    jacobian = outer;
    return result;
}

/* A structure that functions share. */
struct store {
    double (*native)(double);
};

static void
begin(struct store *store, double (*f)(double))
{
    store->native = native;
    native = f;
}

static void
end(struct store *store)
{
    native = store->native;
}

static double
half(double x)
{
    return x / 2;
}

static double
through(double x)
{
    return native(x);
}

static PyObject *
quad(PyObject *self, PyObject *arg)
{
    struct store store;
    begin(&store, half);
    double x = solve(through, PyFloat_AsDouble(arg));
    end(&store);
    return PyFloat_FromDouble(x);
}

/* All of a structure, by memcpy. */
static double
call_context(double x)
{
    PyObject *result = PyObject_CallFunction(context.function, "d", x);
    Py_XDECREF(result);
    return context.transposed ? x : -x;
}

static PyObject *
integrate(PyObject *self, PyObject *f)
{
    char saved[sizeof(context)];
    memcpy(&saved, &context, sizeof(context));
    context.function = f;
    context.transposed = 1;
    double x = solve(call_context, 1.0);
    memcpy(&context, &saved, sizeof(context));
    return PyFloat_FromDouble(x);
}

/* Another function changes it for good. */
static PyObject *
with_persistent(PyObject *self, PyObject *f)
{
    PyObject *outer = persistent;
    persistent = f;  // no edit: an object that is replaced while others use it
    PyObject *result = PyObject_CallNoArgs(f);
    persistent = outer;
    return result;
}

static PyObject *
set_persistent(PyObject *self, PyObject *f)
{
    persistent = f;
    Py_RETURN_NONE;
}

/* Nothing is put back. */
static PyObject *
enter(PyObject *self, PyObject *f)
{
    PyMutex_Lock(&depth_mutex);
    int before = depth;
    depth = before + 1;
    PyMutex_Unlock(&depth_mutex);
    return PyLong_FromLong(before);
}

static PyMethodDef methods[] = {
    {"root", root, METH_VARARGS, NULL},
    {"descend", descend, METH_O, NULL},
    {"quad", quad, METH_O, NULL},
    {"integrate", integrate, METH_O, NULL},
    {"with_persistent", with_persistent, METH_O, NULL},
    {"set_persistent", set_persistent, METH_O, NULL},
    {"enter", enter, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "back", NULL, 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_back(void)
{
    return PyModuleDef_Init(&module);
}
