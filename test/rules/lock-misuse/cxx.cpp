// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lock-misuse and the locks and guards of C++.

#include <Python.h>
#include <mutex>
#include <shared_mutex>
#include <stdexcept>

static std::mutex Jobs, Log;
static std::recursive_mutex Nested;
static std::shared_mutex Names;
static long Count;

// An exception passes by the unlock.
static PyObject *push(PyObject *, PyObject *Arg) {
  Jobs.lock();
  if (Count > 100)
    throw std::runtime_error("full"); // expect: lock-misuse high
  Count++;
  Jobs.unlock();
  Py_RETURN_NONE;
}

// The guard holds what the helper takes.
static long size() {
  std::lock_guard<std::mutex> Hold(Jobs);
  return Count;
}

static PyObject *drain(PyObject *, PyObject *) {
  std::lock_guard<std::mutex> Hold(Jobs);
  while (size() > 0) // expect: lock-misuse high
    Count--;
  Py_RETURN_NONE;
}

// A reader becomes a writer.
static PyObject *rename(PyObject *, PyObject *) {
  std::shared_lock<std::shared_mutex> Reading(Names);
  if (Count == 0) {
    std::unique_lock<std::shared_mutex> Writing(Names); // expect: lock-misuse high
    Count = 1;
  }
  Py_RETURN_NONE;
}

// Both orders, by guards.
static PyObject *logJob(PyObject *, PyObject *) {
  std::lock_guard<std::mutex> One(Jobs);
  std::lock_guard<std::mutex> Two(Log);
  Count++;
  Py_RETURN_NONE;
}

static PyObject *jobLog(PyObject *, PyObject *) {
  std::lock_guard<std::mutex> One(Log);
  std::lock_guard<std::mutex> Two(Jobs); // expect: lock-misuse high
  Count--;
  Py_RETURN_NONE;
}

// Let go in between: not twice.
static PyObject *pause(PyObject *, PyObject *) {
  std::unique_lock<std::mutex> Hold(Jobs);
  Hold.unlock();
  long Now = size();
  Hold.lock();
  Count = Now;
  Py_RETURN_NONE;
}

// Only made, and locked by hand.
static PyObject *later(PyObject *, PyObject *Arg) {
  std::unique_lock<std::mutex> Hold(Jobs, std::defer_lock);
  long Now = size();
  Hold.lock();
  if (Arg == Py_None)
    return nullptr;
  Count = Now;
  Py_RETURN_NONE;
}

// A try that failed holds nothing.
static PyObject *attempt(PyObject *, PyObject *) {
  std::unique_lock<std::mutex> Hold(Jobs, std::try_to_lock);
  if (!Hold.owns_lock())
    return PyLong_FromLong(size());
  return PyLong_FromLong(Count);
}

// Recursive.
static void nested(int Depth) {
  std::lock_guard<std::recursive_mutex> Hold(Nested);
  if (Depth)
    nested(Depth - 1);
}

static PyObject *recurse(PyObject *, PyObject *) {
  std::lock_guard<std::recursive_mutex> Hold(Nested);
  nested(3);
  Py_RETURN_NONE;
}

// Both at once, in whatever order.
static PyObject *both(PyObject *, PyObject *) {
  std::scoped_lock Hold(Log, Jobs);
  Count = 0;
  Py_RETURN_NONE;
}

// A guard leaves by every way.
static PyObject *guarded(PyObject *, PyObject *Arg) {
  std::lock_guard<std::mutex> Hold(Jobs);
  if (Arg == Py_None)
    return nullptr;
  if (Count > 100)
    throw std::runtime_error("full");
  Count++;
  Py_RETURN_NONE;
}

static PyMethodDef Methods[] = {
    {"push", push, METH_O, nullptr},
    {"drain", drain, METH_NOARGS, nullptr},
    {"rename", rename, METH_NOARGS, nullptr},
    {"log_job", logJob, METH_NOARGS, nullptr},
    {"job_log", jobLog, METH_NOARGS, nullptr},
    {"pause", pause, METH_NOARGS, nullptr},
    {"later", later, METH_O, nullptr},
    {"attempt", attempt, METH_NOARGS, nullptr},
    {"recurse", recurse, METH_NOARGS, nullptr},
    {"both", both, METH_NOARGS, nullptr},
    {"guarded", guarded, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

static PyModuleDef Module = {
    PyModuleDef_HEAD_INIT, "jobs", nullptr, -1, Methods,
    nullptr, nullptr, nullptr, nullptr,
};

PyMODINIT_FUNC PyInit_jobs(void) { return PyModule_Create(&Module); }
