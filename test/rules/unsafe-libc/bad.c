// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What unsafe-libc must find, one shape of real code per function.

#include <Python.h>
#include <arpa/inet.h>
#include <grp.h>
#include <locale.h>
#include <netdb.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <utmpx.h>
#include <wchar.h>

// The loop calls it twice; one finding, at the first call.
static PyObject *split(PyObject *self, PyObject *arg) {
  char *text = strdup(PyUnicode_AsUTF8(arg));
  long n = 0;
  for (char *word = strtok(text, " "); // expect: unsafe-libc high
       word != NULL; word = strtok(NULL, " "))
    n++;
  free(text);
  return PyLong_FromLong(n);
}

// In a helper of a helper.
static int year_of(time_t when) {
  return localtime(&when)->tm_year + 1900; // expect: unsafe-libc high
}
static int this_year(void) { return year_of(time(NULL)); }
static PyObject *year(PyObject *self, PyObject *unused) {
  return PyLong_FromLong(this_year());
}

// A cursor of the process, opened and closed by helpers.
static void setup(void) {
  setutxent(); // expect: unsafe-libc high
}
static void teardown(void) {
  endutxent(); // expect: unsafe-libc high
}
static PyObject *users(PyObject *self, PyObject *unused) {
  struct utmpx *ut;
  long n = 0;
  setup();
  while ((ut = getutxent()) != NULL) { // expect: unsafe-libc high
    if (ut->ut_type != USER_PROCESS)
      continue;
    n++;
  }
  teardown();
  return PyLong_FromLong(n);
}

// Without a thread state it was a race with the GIL already.
static PyObject *resolve(PyObject *self, PyObject *arg) {
  const char *name = PyUnicode_AsUTF8(arg);
  struct hostent *found;
  Py_BEGIN_ALLOW_THREADS
  found = gethostbyname(name); // expect: unsafe-libc high
  Py_END_ALLOW_THREADS
  return PyBool_FromLong(found != NULL);
}

// Behind a macro of the project.
#define ADDRESS_TEXT(addr) inet_ntoa(addr)
static PyObject *address(PyObject *self, PyObject *unused) {
  struct in_addr any = {0};
  return PyUnicode_FromString(ADDRESS_TEXT(any)); // expect: unsafe-libc medium
}

// One arm of an #if; both functions of the pair are reported.
static PyObject *owner(PyObject *self, PyObject *arg) {
  long id = PyLong_AsLong(arg);
#if defined(_WIN32)
  return PyLong_FromLong(id);
#else
  struct passwd *user = getpwuid((uid_t)id); // expect: unsafe-libc high
  struct group *group = getgrgid((gid_t)id); // expect: unsafe-libc high
  if (user == NULL || group == NULL)
    return PyErr_Format(PyExc_KeyError, "%ld", id);
  return Py_BuildValue("ss", user->pw_name, group->gr_name);
#endif
}

// For numbers; the interpreter's threads see it too.
static PyObject *parse(PyObject *self, PyObject *arg) {
  char *old = setlocale(LC_NUMERIC, "C"); // expect: unsafe-libc high
  double value = strtod(PyUnicode_AsUTF8(arg), NULL);
  setlocale(LC_NUMERIC, old);
  return PyFloat_FromDouble(value);
}

// Rare: somebody must write the environment at the same time.
static PyObject *home(PyObject *self, PyObject *unused) {
  const char *path = getenv("HOME"); // expect: unsafe-libc medium
  return PyUnicode_FromString(path ? path : "");
}

// The common C libraries lock inside.
static PyObject *noise(PyObject *self, PyObject *unused) {
  return PyLong_FromLong(rand()); // expect: unsafe-libc low
}

// Without a state of its own it shares one.
static PyObject *wide(PyObject *self, PyObject *arg) {
  wchar_t c;
  mbrtowc(&c, PyBytes_AS_STRING(arg), 4, NULL); // expect: unsafe-libc low
  return PyLong_FromLong(c);
}

// The section keeps out threads with this object, not those with another.
static PyObject *stamp(PyObject *self, PyObject *unused) {
  time_t now = time(NULL);
  PyObject *text;
  Py_BEGIN_CRITICAL_SECTION(self);
  text = PyUnicode_FromString(ctime(&now)); // expect: unsafe-libc low
  Py_END_CRITICAL_SECTION();
  return text;
}

// Nothing here calls it: other files may.
int local_hour(time_t when) {
  return localtime(&when)->tm_hour; // expect: unsafe-libc medium
}

static PyMethodDef methods[] = {
    {"split", split, METH_O, NULL},       {"year", year, METH_NOARGS, NULL},
    {"users", users, METH_NOARGS, NULL},  {"resolve", resolve, METH_O, NULL},
    {"address", address, METH_NOARGS, NULL}, {"owner", owner, METH_O, NULL},
    {"parse", parse, METH_O, NULL},       {"home", home, METH_NOARGS, NULL},
    {"noise", noise, METH_NOARGS, NULL},  {"wide", wide, METH_O, NULL},
    {"stamp", stamp, METH_NOARGS, NULL},  {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "bad", NULL, 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit_bad(void) { return PyModuleDef_Init(&module); }
