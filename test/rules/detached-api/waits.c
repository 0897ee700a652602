// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// detached-api: waiting for something outside the process with the thread
// state taken.

#include <Python.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
  PyObject_HEAD
  int fd;
} Device;

static PyObject *device_read(PyObject *op, PyObject *unused) {
  char buffer[64];
  Device *self = (Device *)op;
  ssize_t n = read(self->fd, buffer, sizeof buffer); // expect: detached-api medium
  return n < 0 ? PyErr_SetFromErrno(PyExc_OSError)
               : PyBytes_FromStringAndSize(buffer, n);
}

static PyObject *device_read_right(PyObject *op, PyObject *unused) {
  char buffer[64];
  int fd = ((Device *)op)->fd;
  ssize_t n;
  Py_BEGIN_ALLOW_THREADS
  n = read(fd, buffer, sizeof buffer);
  Py_END_ALLOW_THREADS
  return PyLong_FromLong(n);
}

static PyObject *wait_child(PyObject *self, PyObject *arg) {
  int status;
  pid_t pid = waitpid((pid_t)PyLong_AsLong(arg), &status, 0); // expect: detached-api medium
  return PyLong_FromLong(pid);
}
static PyObject *ask_child(PyObject *self, PyObject *arg) {
  int status;
  return PyLong_FromLong(
      waitpid((pid_t)PyLong_AsLong(arg), &status, WNOHANG));
}

static int is_ready(int fd) {
  struct pollfd one = {fd, POLLIN, 0};
  return poll(&one, 1, 0);
}
static int wait_ready(int fd) {
  struct pollfd one = {fd, POLLIN, 0};
  return poll(&one, 1, 1000); // expect: detached-api medium
}
static PyObject *ready(PyObject *self, PyObject *arg) {
  int fd = (int)PyLong_AsLong(arg);
  return PyLong_FromLong(is_ready(fd) || wait_ready(fd));
}

static PyObject *receive(PyObject *self, PyObject *arg) {
  char buffer[16];
  int fd = (int)PyLong_AsLong(arg);
  long n = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
  if (n < 0)
    n = recv(fd, buffer, sizeof buffer, 0); // expect: detached-api medium
  return PyLong_FromLong(n);
}

static PyObject *peek(PyObject *self, PyObject *arg) {
  char buffer[16];
  return PyLong_FromLong(recv((int)PyLong_AsLong(arg), buffer, sizeof buffer,
                              MSG_PEEK | MSG_DONTWAIT));
}

static PyObject *listen_on(PyObject *self, PyObject *arg) {
  int fd = (int)PyLong_AsLong(arg);
  return PyLong_FromLong(accept(fd, NULL, NULL)); // expect: detached-api medium
}

static PyObject *lock_file(PyObject *self, PyObject *arg) {
  int fd = (int)PyLong_AsLong(arg);
  if (flock(fd, LOCK_EX | LOCK_NB) == 0)
    Py_RETURN_TRUE;
  return PyLong_FromLong(flock(fd, LOCK_EX)); // expect: detached-api medium
}
static PyObject *try_lock(PyObject *self, PyObject *arg) {
  return PyLong_FromLong(flock((int)PyLong_AsLong(arg), LOCK_EX | LOCK_NB));
}
static PyObject *must_lock(PyObject *self, PyObject *arg) {
  return PyLong_FromLong(flock((int)PyLong_AsLong(arg), LOCK_EX)); // expect: detached-api medium
}

// What it opens itself is a file.
static PyObject *load(PyObject *self, PyObject *unused) {
  char text[32];
  int fd = open("/proc/loadavg", O_RDONLY);
  if (fd < 0)
    return PyErr_SetFromErrno(PyExc_OSError);
  ssize_t n = read(fd, text, sizeof text);
  close(fd);
  return PyBytes_FromStringAndSize(text, n);
}

// Neither does what it can go to a position of.
static PyObject *read_at(PyObject *op, PyObject *offset) {
  char text[8];
  Device *self = (Device *)op;
  if (lseek(self->fd, PyLong_AsLong(offset), SEEK_SET) < 0)
    return PyErr_SetFromErrno(PyExc_OSError);
  return PyLong_FromLong(read(self->fd, text, sizeof text));
}

static PyObject *nap(PyObject *self, PyObject *arg) {
  sleep(1); // expect: detached-api medium
  Py_RETURN_NONE;
}
static PyObject *yield_only(PyObject *self, PyObject *arg) {
  sleep(0);
  Py_RETURN_NONE;
}

// Nobody seen calls it: its callers may have given up the state.
int settle(void) { return sleep(1); }

static PyMethodDef methods[] = {
    {"device_read", device_read, METH_NOARGS, NULL},
    {"device_read_right", device_read_right, METH_NOARGS, NULL},
    {"wait_child", wait_child, METH_O, NULL},
    {"ask_child", ask_child, METH_O, NULL},
    {"ready", ready, METH_O, NULL},
    {"receive", receive, METH_O, NULL},
    {"peek", peek, METH_O, NULL},
    {"listen_on", listen_on, METH_O, NULL},
    {"lock_file", lock_file, METH_O, NULL},
    {"try_lock", try_lock, METH_O, NULL},
    {"must_lock", must_lock, METH_O, NULL},
    {"load", load, METH_NOARGS, NULL},
    {"read_at", read_at, METH_O, NULL},
    {"nap", nap, METH_NOARGS, NULL},
    {"yield_only", yield_only, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

// Importing is done by one thread, and the others wait for it as it is.
static int module_exec(PyObject *m) { return sleep(1) ? -1 : 0; }

static PyModuleDef_Slot slots[] = {{Py_mod_exec, module_exec}, {0, NULL}};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "waits", NULL, 0, methods, slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit_waits(void) { return PyModuleDef_Init(&module); }
