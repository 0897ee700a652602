// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What shared-global must find: one finding per variable, at the access that
// nothing protects.

// RUN: %scan %s --select shared-global --strict --exit-zero --format concise --min-confidence low \
// RUN:   | %FileCheck %s

#include <Python.h>
#include <pthread.h>
#include <setjmp.h>

// A counter.
static unsigned long calls;

static PyObject *next_id(PyObject *self, PyObject *unused) {
  // CHECK: :[[@LINE+1]]:{{.*}} global 'calls' is written without a lock [shared-global]
  calls++; // expect: shared-global high
  return PyLong_FromUnsignedLong(calls);
}

// A scratch buffer, returned.
static PyObject *format(PyObject *self, PyObject *arg) {
  static char buffer[64];
  // CHECK: :[[@LINE+1]]:{{.*}} static variable 'buffer' is written without a lock
  snprintf(buffer, sizeof buffer, "%p", (void *)arg); // expect: shared-global high
  return PyUnicode_FromString(buffer);
}

// A static array that is filled element by element, f2c style.
static PyObject *workspace(PyObject *self, PyObject *arg) {
  static double work[16];
  double sum = 0;
  double x = PyFloat_AsDouble(arg);
  for (int i = 0; i < 16; i++)
    work[i] = x * i; // expect: shared-global high
  for (int i = 0; i < 16; i++)
    sum += work[i];
  return PyFloat_FromDouble(sum);
}

// A free list: dealloc puts, new takes.
typedef struct Node {
  PyObject_HEAD
  struct Node *next;
} Node;

#define MAX_FREE 80
static Node *free_nodes[MAX_FREE];
static int free_count;

static PyObject *node_new(PyTypeObject *type, PyObject *args, PyObject *kw) {
  if (free_count > 0) {
    Node *node = free_nodes[--free_count]; // expect: shared-global high
    return (PyObject *)node;
  }
  return type->tp_alloc(type, 0);
}

static void node_dealloc(PyObject *op) {
  if (free_count < MAX_FREE) {
    free_nodes[free_count++] = (Node *)op; // expect: shared-global high
    return;
  }
  Py_TYPE(op)->tp_free(op);
}

// A global object that is replaced while others use it.
static PyObject *hook;

static PyObject *set_hook(PyObject *self, PyObject *callable) {
  // CHECK: :[[@LINE+1]]:{{.*}} global 'hook' is written without a lock
  Py_XSETREF(hook, Py_NewRef(callable)); // expect: shared-global high
  Py_RETURN_NONE;
}

static PyObject *run_hook(PyObject *self, PyObject *arg) {
  if (hook == NULL)
    Py_RETURN_NONE;
  return PyObject_CallOneArg(hook, arg);
}

// The old spelling of the same.
static PyObject *error_class;

static PyObject *set_error(PyObject *self, PyObject *cls) {
  PyObject *old = error_class;
  Py_INCREF(cls);
  error_class = cls; // expect: shared-global high
  Py_XDECREF(old);
  Py_RETURN_NONE;
}

// A setting: written by one method, read by another.
static int verbose;

static PyObject *set_verbose(PyObject *self, PyObject *arg) {
  verbose = PyObject_IsTrue(arg); // expect: shared-global high
  Py_RETURN_NONE;
}

static PyObject *get_verbose(PyObject *self, PyObject *unused) {
  return PyBool_FromLong(verbose);
}

// A setting that the argument parser stores.
static int precision = 17;

static PyObject *set_precision(PyObject *self, PyObject *args) {
  if (!PyArg_ParseTuple(args, "i", &precision)) // expect: shared-global high
    return NULL;
  Py_RETURN_NONE;
}

// "The current callback", set before a library calls back.
static struct {
  PyObject *function;
  PyObject *extra;
} current;

static double trampoline(double x) {
  PyObject *r = PyObject_CallFunction(current.function, "dO", x, current.extra);
  double y = r ? PyFloat_AsDouble(r) : 0;
  Py_XDECREF(r);
  return y;
}

static PyObject *integrate(PyObject *self, PyObject *args) {
  PyObject *function, *extra;
  if (!PyArg_ParseTuple(args, "OO", &function, &extra))
    return NULL;
  current.function = function; // expect: shared-global high
  current.extra = extra;
  return PyFloat_FromDouble(trampoline(0.5));
}

// And where a C library that cannot fail jumps to.
static jmp_buf allocation_failed;

static PyObject *convolve(PyObject *self, PyObject *arg) {
  if (setjmp(allocation_failed)) // expect: shared-global high
    return PyErr_NoMemory();
  return PyObject_Str(arg);
}

// Statistics in a structure behind a pointer, through a macro.
struct arena {
  int allocated;
  int freed;
  size_t block_size;
};
static struct arena default_arena;
#define COUNT(what) ((what)++)

static void *take(struct arena *a, size_t size) {
  COUNT(a->allocated); // expect: shared-global high
  return malloc(size);
}

static PyObject *allocate(PyObject *self, PyObject *unused) {
  void *p = take(&default_arena, 64);
  free(p);
  return PyLong_FromLong(default_arena.allocated);
}

// A list of handlers.
struct handler {
  struct handler *next;
  PyObject *callable;
};
static struct handler *handlers;

static PyObject *add_handler(PyObject *self, PyObject *callable) {
  struct handler *h = malloc(sizeof *h);
  if (h == NULL)
    return PyErr_NoMemory();
  h->callable = Py_NewRef(callable);
  h->next = handlers;
  handlers = h; // expect: shared-global high
  Py_RETURN_NONE;
}

// A table that is computed again whenever somebody asks for another one.
static unsigned char table[256];

static PyObject *set_table(PyObject *self, PyObject *arg) {
  const char *bytes = PyBytes_AsString(arg);
  if (bytes == NULL)
    return NULL;
  memcpy(table, bytes, sizeof table); // expect: shared-global high
  Py_RETURN_NONE;
}

// One path forgets the lock.
static PyMutex lock;
static long total;

static PyObject *add(PyObject *self, PyObject *arg) {
  long n = PyLong_AsLong(arg);
  PyMutex_Lock(&lock);
  total += n;
  PyMutex_Unlock(&lock);
  Py_RETURN_NONE;
}

static PyObject *peek(PyObject *self, PyObject *unused) {
  // CHECK: :[[@LINE+1]]:{{.*}} global 'total' is read without the lock its writers hold
  return PyLong_FromLong(total); // expect: shared-global high
}

// Two locks are no lock.
static pthread_mutex_t left_lock, right_lock;
static long balance;

static PyObject *deposit(PyObject *self, PyObject *arg) {
  pthread_mutex_lock(&left_lock);
  balance += 1; // expect: shared-global high
  pthread_mutex_unlock(&left_lock);
  Py_RETURN_NONE;
}

static PyObject *withdraw(PyObject *self, PyObject *arg) {
  pthread_mutex_lock(&right_lock);
  balance -= 1;
  pthread_mutex_unlock(&right_lock);
  Py_RETURN_NONE;
}

// A section on self does not exclude the same method of another object.
static long per_process;

static PyObject *touch(PyObject *self, PyObject *unused) {
  Py_BEGIN_CRITICAL_SECTION(self);
  per_process++; // expect: shared-global high
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}

// Unlocked too early.
static PyMutex early_lock;
static long early;

static PyObject *count_early(PyObject *self, PyObject *unused) {
  PyMutex_Lock(&early_lock);
  long seen = early;
  PyMutex_Unlock(&early_lock);
  early = seen + 1; // expect: shared-global high
  Py_RETURN_NONE;
}

// A thread of the extension against a method.
static volatile int stop_requested;

static void *worker(void *arg) {
  while (!stop_requested)
    ;
  return NULL;
}

static PyObject *start(PyObject *self, PyObject *unused) {
  pthread_t thread;
  pthread_create(&thread, NULL, worker, NULL);
  Py_RETURN_NONE;
}

static PyObject *stop(PyObject *self, PyObject *unused) {
  stop_requested = 1; // expect: shared-global high
  Py_RETURN_NONE;
}

// Nothing here calls it; other objects may.
int last_error;

void note_error(int code) {
  last_error = code; // expect: shared-global medium
}

/* A library's handle that all threads share. */
struct engine;
struct engine *engine_open(void);
int engine_run(struct engine *, const char *);
static struct engine *engine;

static PyObject *run(PyObject *self, PyObject *arg) {
  // expect-next: shared-global medium
  return PyLong_FromLong(engine_run(engine, PyUnicode_AsUTF8(arg)));
}

/* A library may be trusted with two threads; a store of ours is not. */
void engine_solve(double *);
static double *work;

static PyObject *solve(PyObject *self, PyObject *Py_UNUSED(arg)) {
  double *mine = work;
  Py_BEGIN_ALLOW_THREADS
  engine_solve(mine);
  Py_END_ALLOW_THREADS
  Py_RETURN_NONE;
}

static PyObject *fill(PyObject *self, PyObject *arg) {
  work[0] = PyFloat_AsDouble(arg); // expect: shared-global high
  Py_RETURN_NONE;
}

/* Every function that changes the structure needs the lock. */
struct registry {
  long entries, lookups;
};
static struct registry *shared_registry;

static PyObject *enter(PyObject *self, PyObject *arg) {
  shared_registry->entries += 1; // expect: shared-global
  Py_RETURN_NONE;
}

static PyObject *look_up(PyObject *self, PyObject *arg) {
  shared_registry->lookups += 1; // expect: shared-global
  return PyLong_FromLong(shared_registry->entries);
}

static PyMethodDef methods[] = {
    {"run", run, METH_O, NULL},
    {"solve", solve, METH_NOARGS, NULL},
    {"fill", fill, METH_O, NULL},
    {"enter", enter, METH_O, NULL},
    {"look_up", look_up, METH_O, NULL},
    {"next_id", next_id, METH_NOARGS, NULL},
    {"format", format, METH_O, NULL},
    {"workspace", workspace, METH_O, NULL},
    {"set_hook", set_hook, METH_O, NULL},
    {"run_hook", run_hook, METH_O, NULL},
    {"set_error", set_error, METH_O, NULL},
    {"set_verbose", set_verbose, METH_O, NULL},
    {"get_verbose", get_verbose, METH_NOARGS, NULL},
    {"set_precision", set_precision, METH_VARARGS, NULL},
    {"integrate", integrate, METH_VARARGS, NULL},
    {"convolve", convolve, METH_O, NULL},
    {"allocate", allocate, METH_NOARGS, NULL},
    {"add_handler", add_handler, METH_O, NULL},
    {"set_table", set_table, METH_O, NULL},
    {"add", add, METH_O, NULL},
    {"peek", peek, METH_NOARGS, NULL},
    {"deposit", deposit, METH_O, NULL},
    {"withdraw", withdraw, METH_O, NULL},
    {"touch", touch, METH_NOARGS, NULL},
    {"count_early", count_early, METH_NOARGS, NULL},
    {"start", start, METH_NOARGS, NULL},
    {"stop", stop, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject node_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "bad.Node",
    .tp_basicsize = sizeof(Node),
    .tp_dealloc = node_dealloc,
    .tp_new = node_new,
    .tp_flags = Py_TPFLAGS_DEFAULT,
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "bad", NULL, -1, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit_bad(void) {
  if (PyType_Ready(&node_type) < 0)
    return NULL;
  engine = engine_open();
  shared_registry = calloc(1, sizeof *shared_registry);
  return PyModule_Create(&module);
}
