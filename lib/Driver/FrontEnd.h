//===- FrontEnd.h - one unit through Clang ----------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Builds the compiler invocation of one unit in this process and runs
// Extract on it. Called in a process of its own (Parse.cpp): it changes the
// working directory and leaves its memory to the operating system.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_DRIVER_FRONTEND_H
#define UNGIL_DRIVER_FRONTEND_H

#include "Driver/Driver.h"
#include "llvm/ADT/IntrusiveRefCntPtr.h"
#include <string>

namespace llvm::vfs {
class FileSystem;
} // namespace llvm::vfs

namespace ungil {

class Trunk;

/// Is \p File one the extension's maintainers wrote?
bool isUserFile(const ScanPlan &Plan, llvm::StringRef File);

/// Precompiles file \p Opening (directives that end with the inclusion of
/// Python.h) with the flags of \p Unit to file \p Output. False if it has
/// errors.
bool precompileOpening(
    const ScanPlan &Plan, const TranslationUnit &Unit,
    const llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> &Files,
    const std::string &Opening, const std::string &Output);

/// Writes the facts of \p Unit to \p Facts, errors of the front end included.
/// \p Preamble is the precompiled form of how it begins, or empty; with
/// \p Shared it begins there, and returns for that unit in a process of its
/// own.
/// \p StandInTypes are the types of missing headers the facts were read with
/// stand-ins for.
/// False with one sentence in \p Message when the front end could not start
/// on the file at all.
bool runFrontEnd(const ScanPlan &Plan, const TranslationUnit &Unit,
                 const llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> &Files,
                 llvm::StringRef Preamble, Trunk *Shared, TuFacts &Facts,
                 std::vector<std::string> &StandInTypes, std::string &Message);

} // namespace ungil

#endif
