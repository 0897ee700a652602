// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A share and the macros that lock it.

#ifndef SHARE_H
#define SHARE_H

#include <Python.h>

typedef struct {
    PyObject_HEAD
    PyObject *users;
    PyThread_type_lock users_lock;
} Share;

void share_lock(Share *share);
int share_try_lock(Share *share);
void share_unlock(Share *share);

#define USERS_LOCK(share) share_lock(share)
#define USERS_UNLOCK(share) share_unlock(share)

PyObject *share_count(PyObject *op, PyObject *unused);
PyObject *share_add(PyObject *op, PyObject *user);
PyObject *share_poll(PyObject *op, PyObject *user);

#endif
