//===- Worker.h - a process that can be ended -------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A scan takes longer than a key stroke. It runs in a child process, so that
// the server hears what the user types meanwhile, a scan of old text can be
// ended at any moment, and none of it stays in memory.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_TOOL_LSP_WORKER_H
#define UNGIL_TOOL_LSP_WORKER_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include <optional>
#include <string>
#include <sys/types.h>

namespace ungil::lsp {

/// Runs a function in a child process and collects the text it gives.
class Worker {
public:
  /// \p Work must not count on threads of this process. The child has no
  /// standard input and output.
  explicit Worker(llvm::function_ref<std::string()> Work);
  /// Ends the child and what it started.
  ~Worker();
  Worker(const Worker &) = delete;
  Worker &operator=(const Worker &) = delete;

  /// To be polled for reading.
  int descriptor() const { return Pipe; }

  /// Reads what is there. True when no more will come.
  bool read();

  /// The text; nothing when the child did not end well.
  std::optional<std::string> result();

private:
  bool wait();

  pid_t Child = -1;
  int Pipe = -1;
  std::string Data;
};

} // namespace ungil::lsp

#endif
