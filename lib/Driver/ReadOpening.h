//===- ReadOpening.h - a parse that parts behind its opening ----*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Clang's side of a trunk (Trunk.h). Clang is given the opening as if it was
// the file, with a pragma at its end. There the preprocessor is between two
// files and the parser in the middle of its work: the process waits, and its
// copies go on with the text of a unit as an included file.
//
// The unit is read from its first line, so that everything has the place it has
// in the unit. Its opening comes to nothing then, for its headers are guarded
// and its macros defined; that this is so is tried in the trunk.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_DRIVER_READOPENING_H
#define UNGIL_DRIVER_READOPENING_H

#include "Driver/Driver.h"
#include "Driver/Trunk.h"
#include "clang/Frontend/FrontendAction.h"
#include "llvm/Support/MemoryBuffer.h"
#include <functional>
#include <memory>

namespace ungil {

/// What Clang is to read in place of a file.
std::unique_ptr<llvm::MemoryBuffer> openingText(const Trunk &From);

/// \p Inner on that text and then on units of \p Plan. An opening is of use to
/// others if \p Clean says, when it has been read, that it has no errors.
std::unique_ptr<clang::FrontendAction>
readOpening(std::unique_ptr<clang::FrontendAction> Inner, Trunk &From,
            const ScanPlan &Plan, std::function<bool()> Clean);

} // namespace ungil

#endif
