//===- Input.h - files that are read whole ----------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a tree calls a file may be a pipe nobody writes to, or a device without
// an end. Reading one would wait, or fill the memory, for ever.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_SUPPORT_INPUT_H
#define UNGIL_SUPPORT_INPUT_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"
#include <memory>

namespace ungil {

/// The content of the regular file \p Path; of a pipe only where a shell has
/// put it (`<(...)`, which is /dev/fd/N). The error is one sentence.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
readInput(llvm::StringRef Path);

} // namespace ungil

#endif
