//===- Preamble.h - what units of a scan read first -------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Editors, and the check of edits, ask for the same unit again and again. What
// it begins with, up to `#include "Python.h"`, is kept precompiled for the next
// time; a macro that is defined before the include is part of it. Within one
// scan nothing is kept: there units begin in one process (Trunk.h).
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

/// Precompiled beginnings of the units of a plan, in the folder that the plan
/// names, where the next parse finds them as long as nothing that was read for
/// them has changed. Without a folder there are none.
class Preambles {
public:
  /// Precompiles what most of \p Units of \p Plan begin with; each in a process
  /// of its own, so that a crash costs only the gain. \p Reads logs \p Files.
  Preambles(const ScanPlan &Plan, llvm::ArrayRef<size_t> Units,
            const llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> &Files,
            ReadLog &Reads);

  struct Opening {
    std::string Source; ///< its text; File and others begin like this
    std::string File;   ///< to start the unit from
    ReadLog Reads;      ///< what its making saw
  };
  /// Null: the unit starts from nothing.
  const Opening *of(size_t Unit) const;

private:
  std::list<Opening> Made;
  std::map<size_t, const Opening *> ByUnit;
};

} // namespace ungil

#endif
