//===- Limits.h - what a child process may take -----------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A unit is read in a child of the scan. Whatever its source makes Clang do,
// the child takes no more memory than it was given, writes no more than it has
// to, leaves no core file behind and does not outlive the scan.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_DRIVER_LIMITS_H
#define UNGIL_DRIVER_LIMITS_H

#include <cstdint>
#include <string>

namespace ungil {

/// The exit code of a child that got no more memory.
inline constexpr int OutOfMemoryExit = 75;

/// Limits this process, a child. \p MemoryMiB 0: as the scan itself. No file
/// becomes larger than \p FileBytes.
void limitChild(unsigned MemoryMiB, uint64_t FileBytes);

/// The part of that which a copy of such a process does not inherit.
void endWithParent();

/// Why a child ended with OutOfMemoryExit, given the same \p MemoryMiB.
std::string outOfMemory(unsigned MemoryMiB);

} // namespace ungil

#endif
