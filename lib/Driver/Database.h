//===- Database.h - what a build said ---------------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Reads compile_commands.json (Clang's own reader, response files expanded)
// and finds it in the places builds leave it.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_DRIVER_DATABASE_H
#define UNGIL_DRIVER_DATABASE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace ungil {

struct BuildCommand {
  std::string File; ///< canonical
  std::string Directory;
  std::vector<std::string> Args; ///< without the compiler and the file
  bool CxxDriver = false;        ///< `g++`: C++ whatever the suffix
};

struct Database {
  std::string Path;                   ///< of the JSON file; empty: none
  std::vector<BuildCommand> Commands; ///< sorted by file, one per file
};

/// \p Where is the file or the folder that holds it. Errors are one sentence
/// that says what to do. Response files are read when they lie below \p Below,
/// which are real paths, or beside the database.
llvm::Expected<Database> loadDatabase(llvm::StringRef Where,
                                      std::vector<std::string> Below);

/// Paths of the databases in the usual places below \p Folders, in the order
/// they should be tried.
std::vector<std::string> findDatabases(llvm::ArrayRef<std::string> Folders);

} // namespace ungil

#endif
