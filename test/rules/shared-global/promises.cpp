// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// shared-global where the authors say which lock guards a variable: each
// function that does without it is told.

#include <Python.h>
#include <mutex>
#include <shared_mutex>
#include <vector>

#define GUARDED_BY(x) __attribute__((guarded_by(x)))
#define PT_GUARDED_BY(x) __attribute__((pt_guarded_by(x)))
#define REQUIRES(x) __attribute__((requires_capability(x)))
#define ASSERTS(x) __attribute__((assert_capability(x)))

static std::mutex Lock, Other;
static std::shared_mutex Readers;

static long Count GUARDED_BY(Lock);
static std::vector<long> Items GUARDED_BY(Lock);
static long *Samples PT_GUARDED_BY(Lock);
static long Limit GUARDED_BY(Readers);
static long Consistent GUARDED_BY(Lock);
static long OtherLock GUARDED_BY(Lock);
static long Constant GUARDED_BY(Lock) = 4;

// BAD
static PyObject *count(PyObject *, PyObject *) {
  Count++; // expect: shared-global high
  Py_RETURN_NONE;
}

static PyObject *peek(PyObject *, PyObject *) {
  return PyLong_FromLong(Count); // expect: shared-global high
}

static PyObject *push(PyObject *, PyObject *) {
  std::lock_guard<std::mutex> Guard(Other);
  Items.push_back(1); // expect: shared-global high
  Py_RETURN_NONE;
}

static PyObject *sample(PyObject *, PyObject *) {
  Samples[0] = 1; // expect: shared-global high
  Py_RETURN_NONE;
}

static PyObject *setLimit(PyObject *, PyObject *) {
  std::shared_lock<std::shared_mutex> Guard(Readers);
  Limit = 3; // expect: shared-global high
  Py_RETURN_NONE;
}

static PyObject *tooEarly(PyObject *, PyObject *) {
  bool Empty = Items.empty(); // expect: shared-global high
  std::lock_guard<std::mutex> Guard(Lock);
  if (!Empty)
    Items.pop_back();
  Py_RETURN_NONE;
}

// SAFE
static void bump() REQUIRES(Lock) {
  Count++;
  Items.push_back(Count);
}

static void assertLocked() ASSERTS(Lock);
static void assertLocked() {}

static PyObject *locked(PyObject *, PyObject *) {
  std::lock_guard<std::mutex> Guard(Lock);
  bump();
  Samples[1] = Count;
  Consistent++;
  Py_RETURN_NONE;
}

static PyObject *asserted(PyObject *, PyObject *) {
  assertLocked();
  Count++;
  return PyLong_FromLong(Consistent);
}

static PyObject *limit(PyObject *, PyObject *) {
  std::shared_lock<std::shared_mutex> Guard(Readers);
  return PyLong_FromLong(Limit);
}

static PyObject *other(PyObject *, PyObject *) {
  std::lock_guard<std::mutex> Guard(Other); // not what they say, but one lock
  OtherLock++;
  return PyLong_FromLong(Constant); // never written
}

static PyMethodDef Methods[] = {
    {"count", count, METH_NOARGS, nullptr},
    {"peek", peek, METH_NOARGS, nullptr},
    {"push", push, METH_NOARGS, nullptr},
    {"sample", sample, METH_NOARGS, nullptr},
    {"set_limit", setLimit, METH_NOARGS, nullptr},
    {"too_early", tooEarly, METH_NOARGS, nullptr},
    {"locked", locked, METH_NOARGS, nullptr},
    {"asserted", asserted, METH_NOARGS, nullptr},
    {"limit", limit, METH_NOARGS, nullptr},
    {"other", other, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

static int load(PyObject *) {
  Count = 1; // no other thread yet
  Samples = new long[2];
  return 0;
}

static PyModuleDef_Slot Slots[] = {
    {Py_mod_exec, reinterpret_cast<void *>(load)}, {0, nullptr}};

static PyModuleDef Module = {PyModuleDef_HEAD_INIT, "promises", nullptr, 0,
                             Methods, Slots, nullptr, nullptr, nullptr};

PyMODINIT_FUNC PyInit_promises() { return PyModuleDef_Init(&Module); }
