// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A field that free-threaded headers do not declare is a finding, not only a
// file that could not be read.

// RUN: %scan --select direct-object-access --format concise --min-confidence low --exit-zero %s \
// RUN:   | %FileCheck %s --implicit-check-not=warning: --implicit-check-not=error:

#include <Python.h>

#define REFS(op) ((op)->ob_refcnt)

static PyObject *steal(PyObject *self, PyObject *arg) {
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: error: 'ob_refcnt' does not exist in a free-threaded build [direct-object-access]
  arg->ob_refcnt++;
  return arg;
}

static PyObject *count(PyObject *self, PyObject *arg) {
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: error: 'ob_refcnt' does not exist in a free-threaded build [direct-object-access]
  return PyLong_FromSsize_t(REFS(arg));
}

static PyObject *right(PyObject *self, PyObject *arg) {
  return PyLong_FromSsize_t(Py_REFCNT(arg));
}

PyMethodDef methods[] = {
    {"steal", steal, METH_O, NULL},
    {"count", count, METH_O, NULL},
    {"right", right, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};
