//===- Output.h - files written whole or not at all -------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Results go to a file a person or a CI step reads afterwards: it holds the
// old text or the new, never half of either.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_SUPPORT_OUTPUT_H
#define UNGIL_SUPPORT_OUTPUT_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <string>

namespace ungil {

/// Runs \p Write on a stream that becomes \p Path when it succeeds; `-` is
/// standard output. Pipes and devices are written directly.
llvm::Error writeOutput(const std::string &Path,
                        llvm::function_ref<void(llvm::raw_ostream &)> Write);

} // namespace ungil

#endif
