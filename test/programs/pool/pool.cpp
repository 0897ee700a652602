// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The pool: every use of Blocks holds the guard, except one.

#include "pool.h"

namespace pool {

PyMutex Guard::Mutex;
std::vector<void *> Blocks;
Pool *Pool::Lazy;

Pool &Pool::instance() {
  static Pool Instance; // plain data: C++ locks enough
  return Instance;
}

Pool *Pool::lazyInstance() {
  if (!Lazy)
    Lazy = new Pool();
  return Lazy;
}

void *Pool::take() {
  Guard Held;
  Stats::Takes++;
  if (Blocks.empty())
    return nullptr;
  void *Block = Blocks.back();
  Blocks.pop_back();
  return Block;
}

void Pool::give(void *Block) {
  Guard Held;
  Blocks.push_back(Block);
}

size_t Pool::size() const { return Blocks.size(); }

} // namespace pool
