// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The state of the module: who may touch what, and under which lock.

#ifndef INVENTORY_STATE_H
#define INVENTORY_STATE_H

#include <Python.h>

// Guarded by the lock of state_lock().
extern long items_total;
// Made by state_setup() and not changed later.
extern PyObject *unit_names;
// Nobody guards it.
extern PyObject *last_item;

int state_setup(void);
void state_lock(void);
void state_unlock(void);
void add_locked(long n);

extern long header_calls;
static inline void count_call(void) { header_calls++; }

#endif
