#include <Python.h>
#include <poll.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

void library_work(void);

/* One statement between others. */
static PyObject *
in_the_middle(PyObject *self, PyObject *arg)
{
    Py_INCREF(arg);
    Py_BEGIN_ALLOW_THREADS
    library_work();
    Py_BLOCK_THREADS
    Py_DECREF(arg);
    Py_UNBLOCK_THREADS
    library_work();
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

/* Two in a row, a loop with continue, and a branch. */
static PyObject *
in_a_loop(PyObject *self, PyObject *arg)
{
    Py_BEGIN_ALLOW_THREADS
    for (int i = 0; i < 10; i++) {
        if (i == 3)
            continue;
        library_work();
        Py_BLOCK_THREADS
        Py_INCREF(arg);
        Py_DECREF(arg);
        Py_UNBLOCK_THREADS
        if (i == 5) {
            Py_BLOCK_THREADS
            Py_INCREF(arg);
            Py_UNBLOCK_THREADS
        }
    }
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

static PyObject *
in_a_switch(PyObject *self, PyObject *arg)
{
    int n = 3;
    PyThreadState *saved = PyEval_SaveThread();
    switch (n) {
    case 1:
        library_work();
        PyEval_RestoreThread(saved);
        PyErr_SetString(PyExc_ValueError, "one");
        saved = PyEval_SaveThread();
        break;
    default:
        library_work();
    }
    PyEval_RestoreThread(saved);
    return NULL;
}

/* The test needs the thread state, too. */
static PyObject *
in_a_test(PyObject *self, PyObject *arg)
{
    Py_BEGIN_ALLOW_THREADS
    library_work();
    Py_BLOCK_THREADS
    if (PyErr_Occurred()) {
        library_work();
    }
    Py_UNBLOCK_THREADS
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

static PyObject *
out_of_it(PyObject *self, PyObject *arg)
{
    PyThreadState *saved = PyEval_SaveThread();
    if (library_work(), arg == self) {
        PyEval_RestoreThread(saved);
        return NULL;
    }
    return PyLong_FromLong(1);  // no edit: the statement leaves
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static PyObject *
under_a_lock(PyObject *self, PyObject *arg)
{
    Py_BEGIN_ALLOW_THREADS
    pthread_mutex_lock(&mutex);
    Py_DECREF(arg);  // no edit: a lock is held
    pthread_mutex_unlock(&mutex);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

/* Threads and callbacks. */
struct job {
    PyObject *target;
    int failed;
};

static void *
run(void *data)
{
    struct job *job = data;
    library_work();
    PyGILState_STATE gil = PyGILState_Ensure();
    PyObject *done = PyObject_CallNoArgs(job->target);
    if (done == NULL) {
        job->failed = 1;
        PyGILState_Release(gil);
        return NULL;
    }
    Py_DECREF(done);
    PyGILState_Release(gil);
    return job;
}

static void *
run_with_label(void *data)
{
    struct job *job = data;
    library_work();
    PyGILState_STATE gil = PyGILState_Ensure();
    PyObject *done = PyObject_CallNoArgs(job->target);
    if (done == NULL) {
        PyGILState_Release(gil);
        goto failed;
    }
    Py_DECREF(done);
    PyGILState_Release(gil);
    return NULL;
failed:
    job->failed = 1;
    return NULL;
}

static void *
run_and_return(void *data)
{
    struct job *job = data;
    library_work();
    if (job->failed)
        return NULL;
    PyGILState_STATE gil = PyGILState_Ensure();
    void *result = PyObject_CallNoArgs(job->target);
    PyGILState_Release(gil);
    return result;
}

static void *
run_late(void *data)
{
    struct job *job = data;
    PyGILState_STATE gil = PyGILState_Ensure();
    PyObject *args = PyTuple_New(0);
    PyObject *done = PyObject_CallObject(job->target, args);
    Py_XDECREF(args);
    Py_XDECREF(done);
    PyGILState_Release(gil);
    return NULL;
}

static void *
run_short(void *data)
{
    struct job *job = data;
    PyGILState_STATE state = PyGILState_Ensure();
    PyObject *done = PyObject_CallNoArgs(job->target);
    Py_XDECREF(done);
    PyGILState_Release(state);
    return NULL;
}

static void *
run_for(void *data)
{
    struct job *job = data;
    for (int i = 0; i < 3; i++) {
        PyGILState_STATE gil = PyGILState_Ensure();
        PyObject *done = PyObject_CallNoArgs(job->target);
        if (done == NULL) {
            PyGILState_Release(gil);
            break;
        }
        if (done == Py_None) {
            PyGILState_Release(gil);
            continue;
        }
        Py_DECREF(done);
        PyGILState_Release(gil);
    }
    return NULL;
}

static PyObject *
start(PyObject *self, PyObject *arg)
{
    static struct job job;
    pthread_t threads[6];
    pthread_create(&threads[0], NULL, run, &job);
    pthread_create(&threads[1], NULL, run_with_label, &job);
    pthread_create(&threads[2], NULL, run_and_return, &job);
    pthread_create(&threads[3], NULL, run_late, &job);
    pthread_create(&threads[4], NULL, run_short, &job);
    pthread_create(&threads[5], NULL, run_for, &job);
    Py_RETURN_NONE;
}

/* Waits. */
static PyObject *
read_byte(PyObject *self, PyObject *arg)
{
    char byte;
    int fd = (int)PyLong_AsLong(arg);
    ssize_t n;
    Py_BEGIN_ALLOW_THREADS
    n = read(fd, &byte, 1);
    Py_END_ALLOW_THREADS
    if (n < 0)
        return PyErr_SetFromErrno(PyExc_OSError);
    return PyBytes_FromStringAndSize(&byte, n);
}

static PyObject *
read_word(PyObject *self, PyObject *arg)
{
    char bytes[4];
    int fd = (int)PyLong_AsLong(arg);
    long done;
    Py_BEGIN_ALLOW_THREADS
    done = read(fd, bytes, 4);
    Py_END_ALLOW_THREADS
    if (done < 4)
        return PyErr_SetFromErrno(PyExc_OSError);
    Py_RETURN_NONE;
}

static PyObject *
nap(PyObject *self, PyObject *arg)
{
    unsigned seconds = (unsigned)PyLong_AsLong(arg);
    for (int i = 0; i < 2; i++) {
        if (i) {
            Py_BEGIN_ALLOW_THREADS
            sleep(seconds);
            Py_END_ALLOW_THREADS
        }
    }
    Py_RETURN_NONE;
}

static int
wait_for(int pid)
{
    int status;
    int done;
    Py_BEGIN_ALLOW_THREADS
    done = waitpid(pid, &status, 0);
    Py_END_ALLOW_THREADS
    return done;
}

static PyObject *
wait_child(PyObject *self, PyObject *arg)
{
    return PyLong_FromLong(wait_for((int)PyLong_AsLong(arg)));
}

static PyObject *
wait_and_ask(PyObject *self, PyObject *arg)
{
    sleep((unsigned)PyLong_AsLong(arg));  // no edit: 'PyLong_AsLong' in the same statement
    Py_RETURN_NONE;
}

static PyObject *
wait_again(PyObject *self, PyObject *arg)
{
    struct pollfd fd = {(int)PyLong_AsLong(arg), POLLIN, 0};
    int n;
    while ((n = poll(&fd, 1, -1)) < 0)  // no edit: the call is part of a larger statement
        if (PyErr_CheckSignals() < 0)
            return NULL;
    return PyLong_FromLong(n);
}

static PyMethodDef methods[] = {
    {"in_the_middle", in_the_middle, METH_O, NULL},
    {"in_a_loop", in_a_loop, METH_O, NULL},
    {"in_a_switch", in_a_switch, METH_O, NULL},
    {"in_a_test", in_a_test, METH_O, NULL},
    {"out_of_it", out_of_it, METH_O, NULL},
    {"under_a_lock", under_a_lock, METH_O, NULL},
    {"start", start, METH_O, NULL},
    {"read_byte", read_byte, METH_O, NULL},
    {"read_word", read_word, METH_O, NULL},
    {"nap", nap, METH_O, NULL},
    {"wait_child", wait_child, METH_O, NULL},
    {"wait_and_ask", wait_and_ask, METH_O, NULL},
    {"wait_again", wait_again, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "waits", NULL, 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_waits(void)
{
    return PyModuleDef_Init(&module);
}
