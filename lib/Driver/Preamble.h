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
#include "Driver/ReadLog.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/IntrusiveRefCntPtr.h"
#include "llvm/ADT/StringRef.h"
#include <list>
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
/// when this does, or in the folder that the plan names, where the next parse
/// finds them as long as nothing that was read for them has changed.
class Preambles {
public:
  /// Precompiles what enough of \p Units of \p Plan share; each in a process
  /// of its own, so that a crash costs only the gain. \p Reads logs \p Files.
  Preambles(const ScanPlan &Plan, llvm::ArrayRef<size_t> Units,
            const llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> &Files,
            ReadLog &Reads);
  ~Preambles();
  Preambles(const Preambles &) = delete;
  Preambles &operator=(const Preambles &) = delete;

  struct Opening {
    std::string Source; ///< its text; File and others begin like this
    std::string File;   ///< to start the unit from
    ReadLog Reads;      ///< what its making saw
  };
  /// Null: the unit starts from nothing.
  const Opening *of(size_t Unit) const;

private:
  std::vector<std::string> Temporary;
  std::list<Opening> Made;
  std::map<size_t, const Opening *> ByUnit;
};

} // namespace ungil

#endif
