// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The lock: a try first, so that the fast path stays attached.

#include "share.h"

void
share_lock(Share *share)
{
    if (!PyThread_acquire_lock(share->users_lock, 0)) {
        Py_BEGIN_ALLOW_THREADS
        PyThread_acquire_lock(share->users_lock, 1);
        Py_END_ALLOW_THREADS
    }
}

int
share_try_lock(Share *share)
{
    return PyThread_acquire_lock(share->users_lock, 0);
}

void
share_unlock(Share *share)
{
    PyThread_release_lock(share->users_lock);
}
