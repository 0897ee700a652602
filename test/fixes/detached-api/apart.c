/* Uses of Python with something between them that may wait. */
#include <Python.h>
#include <pthread.h>

extern int library_query(int handle);

typedef struct {
    int handle;
    int failed;
} Work;

/* 1: each use has the thread state for itself. */
static void *
query(void *data)
{
    Work *work = (Work *)data;
    if (work->handle < 0) {
        PyErr_WriteUnraisable(NULL);
        return NULL;
    }
    work->failed = library_query(work->handle);
    if (work->failed) {
        PyErr_WriteUnraisable(NULL);
    }
    return NULL;
}

/* 2: in a loop with continue; nothing waits, one stretch is enough. */
static void *
report(void *data)
{
    PyObject *list = (PyObject *)data;
    for (int i = 0; i < 4; i++) {
        if (i == 2)
            continue;
        PyErr_WriteUnraisable(list);
        PyErr_Clear();
    }
    return NULL;
}

static PyObject *
start(PyObject *self, PyObject *arg)
{
    static Work work;
    pthread_t one, other;
    if (pthread_create(&one, NULL, query, &work) != 0 ||
        pthread_create(&other, NULL, report, arg) != 0)
        return PyErr_SetFromErrno(PyExc_OSError);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"start", start, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "apart", NULL, 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_apart(void)
{
    return PyModuleDef_Init(&module);
}
