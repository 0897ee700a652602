#include <Python.h>
#include <math.h>
#include <string.h>
#include <time.h>

static PyObject *
year(PyObject *self, PyObject *arg)
{
    struct tm localtime_buffer = {0};
    time_t now = (time_t)PyLong_AsLong(arg);
    struct tm *tm = localtime_r(&now, &localtime_buffer);
    if (tm == NULL)
        return PyErr_SetFromErrno(PyExc_OSError);
    return PyLong_FromLong(tm->tm_year + 1900);
}

static PyObject *
offset(PyObject *self, PyObject *arg)
{
    struct tm gmtime_buffer = {0};
    struct tm gmtime_buffer2 = {0};
    time_t now = (time_t)PyLong_AsLong(arg);
    struct tm *a, *b;
    a = gmtime_r(&now, &gmtime_buffer);
    b = gmtime_r( &now, &gmtime_buffer2 );
    if (!a || !b) Py_RETURN_NONE;
    return PyLong_FromLong(a->tm_hour - b->tm_hour);
}

static PyObject *
words(PyObject *self, PyObject *arg)
{
    char *strtok_state = NULL;
    char copy[64];
    long count = 0;
    strncpy(copy, PyUnicode_AsUTF8(arg), sizeof(copy) - 1);
    copy[63] = 0;
    for (char *word = strtok_r(copy, " ", &strtok_state); word != NULL;
         word = strtok_r(NULL, " ", &strtok_state)) {
        if (*word == '#')
            continue;
        count++;
    }
    return PyLong_FromLong(count);
}

static PyObject *
second(PyObject *self, PyObject *arg)
{
    char *strtok_state = NULL;
    char copy[64];
    strncpy(copy, PyUnicode_AsUTF8(arg), sizeof(copy) - 1);
    copy[63] = 0;
    if (strtok_r(copy, ",", &strtok_state))
        return PyUnicode_FromString(strtok_r(NULL, ",", &strtok_state));
    Py_RETURN_NONE;
}

static PyObject *
in_branches(PyObject *self, PyObject *arg)
{
    struct tm localtime_buffer = {0};
    struct tm localtime_buffer2 = {0};
    time_t now = time(NULL);
    int hour = 0;
    switch (PyObject_IsTrue(arg)) {
    case 0:
        hour = localtime_r(&now, &localtime_buffer)->tm_hour;
        break;
    default:
        if (now > 0) hour = localtime_r(&now, &localtime_buffer2)->tm_min;
        else hour = 1;
    }
    return PyLong_FromLong(hour);
}

/* A way out by goto, and the other function of the pair. */
static PyObject *
with_cleanup(PyObject *self, PyObject *arg)
{
    struct tm gmtime_buffer = {0};
    PyObject *result = NULL;
    char *copy = PyMem_Malloc(64);
    if (copy == NULL)
        return PyErr_NoMemory();
    time_t now = time(NULL);
    const struct tm *tm = gmtime_r(&now, &gmtime_buffer);
    if (tm == NULL)
        goto done;
    if (strftime(copy, 64, "%H", tm) == 0)
        goto done;
    result = PyUnicode_FromString(copy);
done:
    PyMem_Free(copy);
    return result;
}

/* In a loop, once for each element. */
static PyObject *
hours(PyObject *self, PyObject *times)
{
    struct tm localtime_buffer = {0};
    long sum = 0;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(times); i++) {
        if (PyTuple_GET_ITEM(times, i) == Py_None)
            continue;
        time_t when = (time_t)PyLong_AsLong(PyTuple_GET_ITEM(times, i));
        struct tm *tm = localtime_r(&when, &localtime_buffer);
        if (tm)
            sum += tm->tm_hour;
    }
    return PyLong_FromLong(sum);
}

static struct tm *
broken_down(time_t when)
{
    return localtime(&when);  // no edit: the result is kept or returned
}

static PyObject *
through_helper(PyObject *self, PyObject *arg)
{
    return PyLong_FromLong(broken_down(0)->tm_year);
}

#define YEAR_OF(t) (gmtime(t)->tm_year)

static PyObject *
by_macro(PyObject *self, PyObject *arg)
{
    time_t now = time(NULL);
    return PyLong_FromLong(YEAR_OF(&now));  // no edit: the code is in the body of a macro
}

static PyObject *
as_text(PyObject *self, PyObject *arg)
{
    time_t now = time(NULL);
    return PyUnicode_FromString(ctime(&now));  // no edit: 'ctime' has no form that only takes its storage on top
}

static struct tm *last;

static PyObject *
kept(PyObject *self, PyObject *arg)
{
    time_t now = time(NULL);
    last = gmtime(&now);  // no edit: the result is kept or returned
    return PyLong_FromLong(last->tm_year);
}

static PyMethodDef methods[] = {
    {"year", year, METH_O, NULL},
    {"offset", offset, METH_O, NULL},
    {"words", words, METH_O, NULL},
    {"second", second, METH_O, NULL},
    {"in_branches", in_branches, METH_O, NULL},
    {"with_cleanup", with_cleanup, METH_O, NULL},
    {"hours", hours, METH_O, NULL},
    {"through_helper", through_helper, METH_O, NULL},
    {"by_macro", by_macro, METH_O, NULL},
    {"as_text", as_text, METH_O, NULL},
    {"kept", kept, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "times", NULL, 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_times(void)
{
    return PyModuleDef_Init(&module);
}
