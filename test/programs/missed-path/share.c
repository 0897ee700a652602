// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The users of a share.

#include "share.h"

/* One error in the loop returns at once. */
PyObject *
share_count(PyObject *op, PyObject *unused)
{
    Share *self = (Share *)op;
    long live = 0;
    USERS_LOCK(self);
    PyObject *it = PyObject_GetIter(self->users);
    PyObject *ref;
    while (it && (ref = PyIter_Next(it))) {
        PyObject *user = NULL;
        int rc = PyWeakref_GetRef(ref, &user);
        Py_DECREF(ref);
        if (rc < 0)
            return NULL;
        live += rc;
        Py_XDECREF(user);
    }
    Py_XDECREF(it);
    USERS_UNLOCK(self);
    return PyLong_FromLong(live);
}

/* Every way out gives it back. */
PyObject *
share_add(PyObject *op, PyObject *user)
{
    Share *self = (Share *)op;
    PyObject *result = NULL;
    PyObject *ref = PyWeakref_NewRef(user, NULL);
    if (ref == NULL)
        return NULL;
    USERS_LOCK(self);
    if (PySet_Add(self->users, ref) < 0)
        goto done;
    result = Py_NewRef(Py_None);
done:
    USERS_UNLOCK(self);
    Py_DECREF(ref);
    return result;
}

/* The try may fail, and then there is nothing to give back. */
PyObject *
share_poll(PyObject *op, PyObject *user)
{
    Share *self = (Share *)op;
    if (!share_try_lock(self))
        Py_RETURN_FALSE;
    if (PySet_GET_SIZE(self->users) == 0)
        Py_RETURN_NONE;
    USERS_UNLOCK(self);
    Py_RETURN_TRUE;
}
