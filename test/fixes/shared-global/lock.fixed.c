/* State that calls find as earlier calls left it: one lock for all uses. */
#include <Python.h>
#include <stdlib.h>
#include <string.h>

struct block { char *data; int size; };
struct pool {
    int limit;
    int used;
    struct block *blocks;
    long served;
};

static struct pool pool = {
    16, /* limit */
    0,
    NULL,
};
static PyMutex pool_mutex; // held where pool is used
static int depth, level = 0;
static PyMutex depth_mutex; // held where depth is used
static char last[64];
static PyMutex last_mutex; // held where last is used
static struct block kept;
static char shown[32] = "none";
static PyMutex shown_mutex; // held where shown is used

/* Only runs under the lock of its callers. */
static char *
take(struct pool *from, int size)
{
    if (from->used > 0) {
        from->used -= 1;
        if (from->blocks[from->used].size < size)
            return NULL;
        from->served += 1;
        return from->blocks[from->used].data;
    }
    return malloc(size);
}

static void
clear(struct pool *which)
{
    while (which->used > 0) {
        which->used -= 1;
        free(which->blocks[which->used].data);
    }
}

static PyObject *
fill(PyObject *self, PyObject *arg)
{
    struct pool *from = &pool;
    int rounded;
    char *data;

    if (arg == Py_None)
        return NULL;
    PyMutex_Lock(&pool_mutex);
    rounded = (128 + from->limit - 1) & -from->limit;
    for (int i = 0; i < 4; i++) {
        data = take(from, rounded);
        if (data == NULL) {
            clear(&pool);
            PyMutex_Unlock(&pool_mutex);
            return PyErr_NoMemory();
        }
    }
    PyMutex_Unlock(&pool_mutex);
    Py_RETURN_NONE;
}

static PyObject *
get_limit(PyObject *self, PyObject *arg)
{
    PyMutex_Lock(&pool_mutex);
    PyObject *result = PyLong_FromLong(pool.limit);
    PyMutex_Unlock(&pool_mutex);
    return result;
}

static PyObject *
set_limit(PyObject *self, PyObject *arg)
{
    int limit = (int)PyLong_AsLong(arg);
    if (limit == -1 && PyErr_Occurred())
        return NULL;
    PyMutex_Lock(&pool_mutex);
    pool.limit = limit;
    PyMutex_Unlock(&pool_mutex);
    Py_RETURN_NONE;
}

static PyObject *
reset(PyObject *self, PyObject *arg)
{
    PyMutex_Lock(&pool_mutex);
    clear(&pool);
    pool.served = 0;
    PyMutex_Unlock(&pool_mutex);
    Py_RETURN_NONE;
}

static PyObject *
enter(PyObject *self, PyObject *callable)
{
    PyObject *result;
    PyMutex_Lock(&depth_mutex);
    if (depth >= 10) {
        PyMutex_Unlock(&depth_mutex);
        PyErr_SetString(PyExc_RecursionError, "too deep");
        return NULL;
    }
    depth = depth + 1;
    PyMutex_Unlock(&depth_mutex);
    result = PyObject_CallNoArgs(callable);
    PyMutex_Lock(&depth_mutex);
    depth = depth - 1;
    PyMutex_Unlock(&depth_mutex);
    return result;
}

static PyObject *
step(PyObject *self, PyObject *callable)
{
    PyObject *result;
    if (level >= 10)
        return NULL;
    if (callable != Py_None) {
        result = PyObject_CallNoArgs(callable);
        Py_XDECREF(result);
    }
    level = level + 1;  // no edit: in 'step' what it does belongs together
    Py_RETURN_NONE;
}

static PyObject *
remember(PyObject *self, PyObject *arg)
{
    const char *text = PyUnicode_AsUTF8(arg);
    if (text == NULL)
        return NULL;
    PyMutex_Lock(&last_mutex);
    if (strlen(last) != 0 && strcmp(last, text) == 0) {
        PyMutex_Unlock(&last_mutex);
        Py_RETURN_TRUE;
    }
    if (strlen(text) < sizeof(last))
        strcpy(last, text);
    PyMutex_Unlock(&last_mutex);
    Py_RETURN_FALSE;
}

static PyObject *
keep(PyObject *self, PyObject *arg)
{
    char *old = kept.data;
    kept.data = malloc(10);  // no edit: in 'keep' what it holds is used behind the lock
    kept.size = 10;
    free(old);
    Py_RETURN_NONE;
}

/* A setting is read in front of what may run Python code. */
static PyObject *
call(PyObject *self, PyObject *callable)
{
    if (callable == Py_None) {
        PyMutex_Lock(&pool_mutex);
        clear(&pool);
        PyMutex_Unlock(&pool_mutex);
        Py_RETURN_NONE;
    }
    PyMutex_Lock(&pool_mutex);
    int limit = pool.limit;
    PyMutex_Unlock(&pool_mutex);
    if (PyObject_RichCompareBool(callable, PyLong_FromLong(limit), Py_EQ))
        Py_RETURN_FALSE;
    PyMutex_Lock(&pool_mutex);
    int limit2 = pool.limit;
    PyMutex_Unlock(&pool_mutex);
    return PyObject_CallFunction(callable, "ii", limit2, limit2);
}

static int queue[8], queued;
static PyMutex queue_mutex; // held where queue is used

/* What the head of a loop needs, needs it in each turn. */
static PyObject *
drain(PyObject *self, PyObject *callable)
{
    while (queued > 0) {
        PyObject *done = PyObject_CallFunction(callable, "i", queued);
        if (done == NULL)
            return NULL;
        Py_DECREF(done);
        queued -= 1;  // no edit: in 'drain' it is used in the head of a loop
    }
    Py_RETURN_NONE;
}

static PyObject *
pick(PyObject *self, PyObject *arg)
{
    long n = PyLong_AsLong(arg);
    switch (n) {
    case 0:
        PyMutex_Lock(&queue_mutex);
        queue[0] = queue[1];
        queue[1] = 0;
        PyMutex_Unlock(&queue_mutex);
        break;
    case 1:
        Py_XDECREF(PyObject_Str(arg));
        PyMutex_Lock(&queue_mutex);
        if (queue[2] > 0) {
            PyMutex_Unlock(&queue_mutex);
            return PyErr_Format(PyExc_ValueError, "taken");
        }
        queue[2] = 1;
        PyMutex_Unlock(&queue_mutex);
    }
    Py_RETURN_NONE;
}

/* Two variables that are used together. */
static int first_free, in_use;

static PyObject *
allot(PyObject *self, PyObject *arg)
{
    int slot = first_free;
    first_free = slot + 1;  // no edit: 'allot' uses 'in_use' as well
    in_use = in_use + 1;  // no edit: 'allot' uses 'first_free' as well
    return PyLong_FromLong(slot);
}

/* Who is given a pointer to it cannot name a lock beside it. */
static void
advance(int *place)
{
    *place = *place + 1;  // no edit: 'advance' uses it through a pointer
}

static PyObject *
next(PyObject *self, PyObject *arg)
{
    static int place = 1;
    advance(&place);
    return PyLong_FromLong(place);
}

/* The buffer is used by what is given it. */
static PyObject *
show(PyObject *self, PyObject *arg)
{
    const char *text = PyUnicode_AsUTF8(arg);
    PyMutex_Lock(&shown_mutex);
    if (text != NULL)
        snprintf(shown, sizeof(shown), "%s", text);
    PyObject *result = PyUnicode_FromString(shown);
    PyMutex_Unlock(&shown_mutex);
    return result;
}

/* A reference that is replaced is released behind the lock. */
#define SIZE 16
typedef struct {
    int key;
    PyObject *value;
} item;
static item items[SIZE];
static PyMutex items_mutex; // held where items is used

static PyObject *
item_of(PyObject *self, PyObject *arg)
{
    long key = PyLong_AsLong(arg);
    size_t index = (size_t)key % SIZE;
    PyMutex_Lock(&items_mutex);
    if (items[index].key == key) {
        PyObject *value = items[index].value;
        Py_INCREF(value);
        PyMutex_Unlock(&items_mutex);
        return value;
    }
    PyMutex_Unlock(&items_mutex);
    PyObject *value = PyObject_Repr(arg);
    if (value == NULL)
        return NULL;
    PyMutex_Lock(&items_mutex);
    items[index].key = (int)key;
    Py_INCREF(value);
    PyObject *old = items[index].value;
    items[index].value = value;
    PyMutex_Unlock(&items_mutex);
    Py_XDECREF(old);
    return value;
}

static PyMethodDef methods[] = {
    {"fill", fill, METH_O, NULL},
    {"get_limit", get_limit, METH_NOARGS, NULL},
    {"set_limit", set_limit, METH_O, NULL},
    {"reset", reset, METH_NOARGS, NULL},
    {"enter", enter, METH_O, NULL},
    {"step", step, METH_O, NULL},
    {"remember", remember, METH_O, NULL},
    {"show", show, METH_O, NULL},
    {"call", call, METH_O, NULL},
    {"drain", drain, METH_O, NULL},
    {"pick", pick, METH_O, NULL},
    {"allot", allot, METH_NOARGS, NULL},
    {"next", next, METH_NOARGS, NULL},
    {"item_of", item_of, METH_O, NULL},
    {"keep", keep, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "lock", NULL, 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_lock(void)
{
    return PyModuleDef_Init(&module);
}
