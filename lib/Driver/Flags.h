//===- Flags.h - arguments for the front end --------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Builds are written for GCC and for the Python of the build. The front end
// gets only the arguments that change what the program means, and the target
// Python instead of the recorded one.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_DRIVER_FLAGS_H
#define UNGIL_DRIVER_FLAGS_H

#include "Driver/IncludeGraph.h"
#include "Driver/PythonHeaders.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <string>
#include <vector>

namespace ungil {

/// A recorded command without what belongs to the build.
struct CleanFlags {
  std::vector<std::string> Args;
  bool LimitedApi = false;  ///< Py_LIMITED_API was defined and is dropped
  bool HasLanguage = false; ///< has -x
};

/// Keeps the allow-list of \p Args: include folders (absolute, relative ones
/// taken from \p Directory, those of any Python left out), macros, language
/// and target. Everything else is dropped, with its value.
CleanFlags keepMeaning(llvm::ArrayRef<std::string> Args,
                       llvm::StringRef Directory);

/// What every unit is analysed with, behind its own arguments: the target's
/// headers, Py_GIL_DISABLED, NDEBUG. \p DefinesLimitedApi: the source does so
/// itself, which free-threaded headers refuse.
void appendTarget(const PythonHeaders &Python, bool DefinesLimitedApi,
                  std::vector<std::string> &Args);

/// The newest C++ standard that build files in \p Folders ask for, as a number
/// (17, 20, ...); 0: none seen.
unsigned requestedCxxStandard(llvm::ArrayRef<std::string> Folders);

/// The tree's folders that the includes of \p File are found in. Most come
/// last: a `time.h` of the tree is not the one that <time.h> means. A tool
/// that the tree brings along is what it is built with, installed or not.
void appendSearchFolders(IncludeGraph &Graph, FileIndex File,
                         std::vector<std::string> &Args);

/// Arguments for a file no build speaks of.
std::vector<std::string> guessFlags(IncludeGraph &Graph, FileIndex File,
                                    unsigned CxxStandard);

/// Is \p File C++, by suffix, else by the text it and its headers show?
bool isCxx(IncludeGraph &Graph, FileIndex File);

} // namespace ungil

#endif
