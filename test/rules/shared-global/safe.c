// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where shared-global must be silent: no line of this file is reported, at any
// confidence.

// RUN: %scan %s --select shared-global --strict --fail-on low --min-confidence low --format concise

#include <Python.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

// Constants and tables that nothing writes, const or not.
static const int weights[] = {1, 2, 3};
static char *names[] = {"left", "right", NULL};
static int limit = 100;

static PyObject *constant(PyObject *self, PyObject *args, PyObject *kwargs) {
  static char *kwlist[] = {"index", NULL};
  int index = 0;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|i", kwlist, &index))
    return NULL;
  return PyUnicode_FromFormat("%s %d %d", names[0], weights[0], limit);
}

// Atomics of C11, of the compiler, and one for each thread.
static _Atomic unsigned long requests;
static unsigned long served;
static _Thread_local unsigned depth;
static __thread char scratch[32];

static PyObject *atomics(PyObject *self, PyObject *unused) {
  requests++;
  atomic_fetch_add(&requests, 1);
  __atomic_fetch_add(&served, 1, __ATOMIC_RELAXED);
  depth++;
  snprintf(scratch, sizeof scratch, "%u", depth);
  unsigned long seen = __atomic_load_n(&served, __ATOMIC_RELAXED);
  return PyLong_FromUnsignedLong(seen);
}

// Written by the import of the module only, through a helper.
static PyObject *decimal_type;
static unsigned crc_table[256];

static void make_table(void) {
  for (unsigned i = 0; i < 256; i++)
    crc_table[i] = i * 0x04C11DB7u;
}

static PyObject *crc(PyObject *self, PyObject *arg) {
  if (PyObject_IsInstance(arg, decimal_type))
    return PyLong_FromLong(0);
  return PyLong_FromUnsignedLong(crc_table[7]);
}

// One mutex at every use.
static PyMutex counter_lock;
static long counter;

static PyObject *count(PyObject *self, PyObject *unused) {
  PyMutex_Lock(&counter_lock);
  long now = ++counter;
  PyMutex_Unlock(&counter_lock);
  return PyLong_FromLong(now);
}

static PyObject *current_count(PyObject *self, PyObject *unused) {
  PyMutex_Lock(&counter_lock);
  long now = counter;
  PyMutex_Unlock(&counter_lock);
  return PyLong_FromLong(now);
}

// A native mutex behind functions and macros of the project, and a helper
// that leaves locking to its callers.
struct arena {
  int allocated;
  void *blocks[8];
};
static struct arena arena;
static pthread_mutex_t arena_mutex = PTHREAD_MUTEX_INITIALIZER;

static void arena_lock(void) { pthread_mutex_lock(&arena_mutex); }
static void arena_unlock(void) { pthread_mutex_unlock(&arena_mutex); }
#define WITH_ARENA(code)                                                      \
  do {                                                                        \
    arena_lock();                                                             \
    code;                                                                     \
    arena_unlock();                                                           \
  } while (0)

static void *take_block(struct arena *a) {
  if (a->allocated == 0)
    return NULL;
  return a->blocks[--a->allocated];
}

static PyObject *take(PyObject *self, PyObject *unused) {
  arena_lock();
  void *block = take_block(&arena);
  arena_unlock();
  return PyLong_FromVoidPtr(block);
}

static PyObject *reset(PyObject *self, PyObject *unused) {
  WITH_ARENA(arena.allocated = 0);
  Py_RETURN_NONE;
}

// A critical section on one object of the module at every use.
static PyObject *registry;
static long registered;

static PyObject *enrol(PyObject *self, PyObject *arg) {
  Py_BEGIN_CRITICAL_SECTION(registry);
  registered++;
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}

// Every exit unlocks.
static PyMutex hook_lock;
static PyObject *hook;

static PyObject *swap_hook(PyObject *self, PyObject *callable) {
  PyObject *old;
  PyMutex_Lock(&hook_lock);
  if (hook == callable) {
    PyMutex_Unlock(&hook_lock);
    Py_RETURN_NONE;
  }
  old = hook;
  hook = Py_NewRef(callable);
  PyMutex_Unlock(&hook_lock);
  Py_XDECREF(old);
  Py_RETURN_NONE;
}

// No cache where there is no GIL.
#ifndef Py_GIL_DISABLED
static PyObject *free_list[8];
static int free_count;
#endif

static PyObject *from_free_list(PyObject *self, PyObject *unused) {
#ifndef Py_GIL_DISABLED
  if (free_count > 0)
    return free_list[--free_count];
#endif
  return PyList_New(0);
}

// One for each thread there, one for all here.
#ifdef Py_GIL_DISABLED
#define STATE static _Thread_local
#else
#define STATE static
#endif
STATE int recursion;

static PyObject *recurse(PyObject *self, PyObject *unused) {
  recursion++;
  recursion--;
  Py_RETURN_NONE;
}

// An automatic variable of the same name hides the global.
static int width = 80;

static PyObject *shadow(PyObject *self, PyObject *arg) {
  int width = (int)PyLong_AsLong(arg);
  width += 2;
  return PyLong_FromLong(width);
}

// State of an object, of the module and of the call is not static.
typedef struct {
  PyObject_HEAD
  long hits;
} Counter;

static void add_to(long *where, long n) { *where += n; }

static PyObject *own_state(PyObject *self, PyObject *arg) {
  long local = 0;
  add_to(&local, 1);
  time_t now = time(NULL);
  struct tm parts;
  localtime_r(&now, &parts);
  return PyLong_FromLong(local + width + parts.tm_year);
}

// Static types and definitions.
static PyMethodDef counter_methods[] = {{NULL, NULL, 0, NULL}};
static PyTypeObject counter_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "safe.Counter",
    .tp_basicsize = sizeof(Counter),
    .tp_flags = Py_TPFLAGS_DEFAULT,
};

// Nothing runs at the same time as the functions that take the module down.
static long alive = 1;

static int module_clear(PyObject *module) {
  alive = 0;
  Py_CLEAR(decimal_type);
  return 0;
}

/* Trusted with two threads while there was a GIL; asked only; not a library's.
 */
struct engine;
struct engine *engine_open(void);
int engine_run(struct engine *, const char *);
int engine_version(const struct engine *);
static struct engine *engine, *version_engine;
static PyMutex engine_lock;
static struct engine *locked_engine;

static PyObject *run(PyObject *self, PyObject *arg) {
  int result;
  const char *text = PyUnicode_AsUTF8(arg);
  Py_BEGIN_ALLOW_THREADS
  result = engine_run(engine, text);
  Py_END_ALLOW_THREADS
  return PyLong_FromLong(result);
}

static PyObject *version(PyObject *self, PyObject *Py_UNUSED(arg)) {
  return PyLong_FromLong(engine_version(version_engine));
}

static PyObject *run_locked(PyObject *self, PyObject *arg) {
  const char *text = PyUnicode_AsUTF8(arg);
  PyMutex_Lock(&engine_lock);
  int result = engine_run(locked_engine, text);
  PyMutex_Unlock(&engine_lock);
  return PyLong_FromLong(result);
}

static PyMethodDef methods[] = {
    {"run", run, METH_O, NULL},
    {"version", version, METH_NOARGS, NULL},
    {"run_locked", run_locked, METH_O, NULL},
    {"constant", (PyCFunction)(void (*)(void))constant,
     METH_VARARGS | METH_KEYWORDS, NULL},
    {"atomics", atomics, METH_NOARGS, NULL},
    {"crc", crc, METH_O, NULL},
    {"count", count, METH_NOARGS, NULL},
    {"current_count", current_count, METH_NOARGS, NULL},
    {"take", take, METH_NOARGS, NULL},
    {"reset", reset, METH_NOARGS, NULL},
    {"enrol", enrol, METH_O, NULL},
    {"swap_hook", swap_hook, METH_O, NULL},
    {"from_free_list", from_free_list, METH_NOARGS, NULL},
    {"recurse", recurse, METH_NOARGS, NULL},
    {"shadow", shadow, METH_O, NULL},
    {"own_state", own_state, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static int exec(PyObject *module) {
  make_table();
  engine = engine_open();
  version_engine = engine_open();
  locked_engine = engine_open();
  counter_type.tp_methods = counter_methods;
  if (PyType_Ready(&counter_type) < 0)
    return -1;
  PyObject *decimal = PyImport_ImportModule("decimal");
  if (decimal == NULL)
    return -1;
  decimal_type = PyObject_GetAttrString(decimal, "Decimal");
  Py_DECREF(decimal);
  registry = PyDict_New();
  return decimal_type == NULL || registry == NULL ? -1 : 0;
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, exec}, {0, NULL}};
static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "safe", NULL, 0, methods, slots, NULL,
    module_clear, NULL,
};

PyMODINIT_FUNC PyInit_safe(void) { return PyModuleDef_Init(&module); }
