// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A pool of blocks, its guard, and counters.

#ifndef POOL_POOL_H
#define POOL_POOL_H

#include <Python.h>
#include <atomic>
#include <mutex>
#include <vector>

namespace pool {

// Holds the lock of the pool while it lives.
class Guard {
public:
  Guard() { PyMutex_Lock(&Mutex); }
  ~Guard() { PyMutex_Unlock(&Mutex); }
  Guard(const Guard &) = delete;

private:
  static PyMutex Mutex;
};

class Pool {
public:
  static Pool &instance();
  static Pool *lazyInstance();
  void *take();
  void give(void *Block);
  size_t size() const;

private:
  static Pool *Lazy;
};

struct Stats {
  static std::atomic<long> Takes;
  static long Gives;
  static void gave(long N) { Gives += N; }
};

extern std::vector<void *> Blocks; // guarded by Guard
extern std::vector<PyObject *> Observers;

void notify(PyObject *Event);

} // namespace pool

#endif
