// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shared state in a file that has nothing to do with Python.

static long counter;

long next(void) { return ++counter; }
