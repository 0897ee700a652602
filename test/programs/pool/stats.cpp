// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Counters and observers.

#include "pool.h"

namespace pool {

std::atomic<long> Stats::Takes{0};
long Stats::Gives = 0;
std::vector<PyObject *> Observers;

// Walks a list that subscribe() in module.cpp grows.
void notify(PyObject *Event) {
  for (PyObject *Observer : Observers)
    Py_XDECREF(PyObject_CallOneArg(Observer, Event));
}

} // namespace pool
