// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Definitions, the lock, and a helper that relies on its callers.

#include "state.h"

long items_total;
long header_calls;
PyObject *unit_names;
PyObject *last_item;

static PyMutex mutex;
static int calls; // another one than the `calls` of report.c

void state_lock(void) { PyMutex_Lock(&mutex); }
void state_unlock(void) { PyMutex_Unlock(&mutex); }

void add_locked(long n) { items_total += n; }

// Only the exec function of the module comes here.
int state_setup(void) {
  calls = 1;
  unit_names = PyDict_New();
  if (unit_names == NULL)
    return -1;
  return PyDict_SetItemString(unit_names, "kg", Py_None);
}
