// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Atomics for the compilers this is built with.

#ifndef ATOMICS_H
#define ATOMICS_H

static inline int
load_int(const int *p)
{
    return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}

static inline void
store_int(int *p, int value)
{
    __atomic_store_n(p, value, __ATOMIC_RELEASE);
}

static inline int
swap_int(int *p, int value)
{
    return __atomic_exchange_n(p, value, __ATOMIC_ACQ_REL);
}

#endif
