//===- Processes.h - programs under limits ----------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Runs commands side by side, each in a process group of its own, with a limit
// on its time and memory. What one does to itself costs no other.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_TOOL_BATCH_PROCESSES_H
#define UNGIL_TOOL_BATCH_PROCESSES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <string>
#include <vector>

namespace ungil::batch {

struct Command {
  std::vector<std::string> Args; ///< the program first
  std::string Errors;            ///< file for what it says
  unsigned Timeout = 600;        ///< seconds
  unsigned Memory = 0;           ///< megabytes of each process; 0: no limit
};

struct Ended {
  enum class How : uint8_t { Exited, Killed, TimedOut, NotStarted };
  How State = How::Exited;
  int Code = 0; ///< exit code, or the signal that killed it
  double Seconds = 0;
  uint64_t PeakKilobytes = 0; ///< of its largest process
};

/// Runs \p All, at most \p Jobs at once; \p Done hears of each when it ends.
void runAll(llvm::ArrayRef<Command> All, unsigned Jobs,
            llvm::function_ref<void(size_t, const Ended &)> Done);

} // namespace ungil::batch

#endif
