// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where unsafe-libc must be silent: no line of this file is reported, at any
// confidence.

// RUN: %scan %s --select unsafe-libc --strict --fail-on low --min-confidence low --format concise
// expect: none

#include <Python.h>
#include <locale.h>
#include <pthread.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <utmpx.h>
#include <wchar.h>

static PyMutex utx_lock;
#ifdef Py_GIL_DISABLED
#define UTX_LOCK() PyMutex_Lock(&utx_lock)
#define UTX_UNLOCK() PyMutex_Unlock(&utx_lock)
#else
#define UTX_LOCK()
#define UTX_UNLOCK()
#endif

// One lock around the scan, behind macros, on the error path too. The helpers
// rely on their only caller.
static void setup(void) { setutxent(); }
static void teardown(void) { endutxent(); }
static PyObject *users(PyObject *self, PyObject *unused) {
  struct utmpx *ut;
  PyObject *list = PyList_New(0);
  if (list == NULL)
    return NULL;
  UTX_LOCK();
  setup();
  while ((ut = getutxent()) != NULL) {
    PyObject *name = PyUnicode_FromString(ut->ut_user);
    if (name == NULL || PyList_Append(list, name) < 0)
      goto error;
    Py_DECREF(name);
  }
  teardown();
  UTX_UNLOCK();
  return list;
error:
  teardown();
  UTX_UNLOCK();
  Py_DECREF(list);
  return NULL;
}

// Re-entrant forms.
static PyObject *year(PyObject *self, PyObject *unused) {
  time_t now = time(NULL);
  struct tm parts;
  localtime_r(&now, &parts);
  return PyLong_FromLong(parts.tm_year + 1900);
}
static PyObject *split(PyObject *self, PyObject *arg) {
  char *text = strdup(PyUnicode_AsUTF8(arg)), *at = NULL;
  long n = 0;
  for (char *word = strtok_r(text, " ", &at); word != NULL;
       word = strtok_r(NULL, " ", &at))
    n++;
  free(text);
  return PyLong_FromLong(n);
}

// Asks, and changes nothing.
static PyObject *locale_name(PyObject *self, PyObject *unused) {
  return PyUnicode_FromString(setlocale(LC_CTYPE, NULL));
}

// A state of its own.
static PyObject *wide(PyObject *self, PyObject *arg) {
  mbstate_t state;
  wchar_t c;
  memset(&state, 0, sizeof(state));
  mbrtowc(&c, PyBytes_AS_STRING(arg), 4, &state);
  return PyLong_FromLong(c);
}

// Only the name is the library's.
struct source {
  unsigned long long state;
  int (*rand)(struct source *);
};
static int next(struct source *s) { return (int)(s->state = s->state * 25 + 7); }
static int getlogin_count(void) { return 0; }
static PyObject *noise(PyObject *self, PyObject *unused) {
  struct source s = {1, next};
  return PyLong_FromLong(s.rand(&s) + getlogin_count());
}

// A mutex of another library.
static pthread_mutex_t names_lock = PTHREAD_MUTEX_INITIALIZER;
static PyObject *owner(PyObject *self, PyObject *arg) {
  char name[64] = "";
  pthread_mutex_lock(&names_lock);
  struct passwd *user = getpwuid((uid_t)PyLong_AsLong(arg));
  if (user != NULL)
    strncpy(name, user->pw_name, sizeof(name) - 1);
  pthread_mutex_unlock(&names_lock);
  return PyUnicode_FromString(name);
}

// While the module is initialised there is one thread here.
static char *debug_path;
static int read_settings(void) {
  const char *path = getenv("SPAM_DEBUG");
  debug_path = path ? strdup(path) : NULL;
  srand(1);
  return 0;
}
static int module_exec(PyObject *m) { return read_settings(); }

static PyMethodDef methods[] = {
    {"users", users, METH_NOARGS, NULL},
    {"year", year, METH_NOARGS, NULL},
    {"split", split, METH_O, NULL},
    {"locale_name", locale_name, METH_NOARGS, NULL},
    {"wide", wide, METH_O, NULL},
    {"noise", noise, METH_NOARGS, NULL},
    {"owner", owner, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, module_exec},
    {0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "safe", NULL, 0, methods, slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit_safe(void) { return PyModuleDef_Init(&module); }
