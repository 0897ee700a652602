//===- Preamble.h - what units of a scan read first -------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Most of a unit's time is Python.h. Units with the same flags whose text
// begins with the same directives up to `#include "Python.h"` share one
// precompiled form of that beginning: a macro that one of them defines before
// the include is part of what must be the same.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_DRIVER_PREAMBLE_H
#define UNGIL_DRIVER_PREAMBLE_H

#include "Driver/Driver.h"
#include "llvm/ADT/IntrusiveRefCntPtr.h"
#include "llvm/ADT/StringRef.h"
#include <map>
#include <string>
#include <vector>

namespace llvm::vfs {
class FileSystem;
} // namespace llvm::vfs

namespace ungil {

/// The directives with which \p Text begins, up to the inclusion of Python.h
/// and without comments; empty when something else comes first.
std::string openingOf(llvm::StringRef Text);

/// Precompiled beginnings of the units of a plan, in temporary files that go
/// when this does.
class Preambles {
public:
  /// Precompiles what enough units of \p Plan share; each in a process of its
  /// own, so that a crash costs only the gain.
  Preambles(const ScanPlan &Plan,
            const llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> &Files);
  ~Preambles();
  Preambles(const Preambles &) = delete;
  Preambles &operator=(const Preambles &) = delete;

  /// File to start unit \p Unit from, or empty.
  llvm::StringRef of(size_t Unit) const;

private:
  std::vector<std::string> Temporary;
  std::map<size_t, std::string> ByUnit;
};

} // namespace ungil

#endif
