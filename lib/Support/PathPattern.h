//===- PathPattern.h - files by pattern -------------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Patterns name files and folders as those of ruff do:
//
//   third_party    a file or folder of that name, anywhere
//   *_bench.c      with *, ?, [abc] and {a,b}; * matches slashes too
//   src/gen        a path, and all below it
//   src/**/test.c  any number of folders, none as well
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_SUPPORT_PATHPATTERN_H
#define UNGIL_SUPPORT_PATHPATTERN_H

#include "llvm/ADT/StringRef.h"
#include <string>

namespace ungil {

/// What is wrong with \p Pattern; empty: nothing.
std::string patternProblem(llvm::StringRef Pattern);

/// \p Pattern as one for absolute paths: a path in it begins at \p Folder.
std::string patternBelow(llvm::StringRef Folder, llvm::StringRef Pattern);

/// Does \p Pattern match the absolute \p Path or a folder it is in?
bool matchesPath(llvm::StringRef Pattern, llvm::StringRef Path);

} // namespace ungil

#endif
