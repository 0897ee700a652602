//===- File.h - the configuration file --------------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   folder ── findConfig() ──► file ── readConfig() ──► Settings
//
// The nearest ungil.toml, or pyproject.toml with a table [tool.ungil], at or
// above a folder. Paths in it are relative to the file.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_CONFIG_FILE_H
#define UNGIL_CONFIG_FILE_H

#include "Config/Settings.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>

namespace ungil {

/// The file for what lies in the absolute \p Folder; empty when there is none.
/// The search ends with the top of the git checkout, if \p Folder is in one.
std::string findConfig(llvm::StringRef Folder);

/// What the file \p Path sets. The error names file and line and says what to
/// do.
llvm::Expected<Settings> readConfig(const std::string &Path,
                                    llvm::ArrayRef<std::string_view> RuleIds);

/// As readConfig(), of a file \p Path that holds \p Text.
llvm::Expected<Settings> parseConfig(std::string_view Text,
                                     const std::string &Path,
                                     llvm::ArrayRef<std::string_view> RuleIds);

} // namespace ungil

#endif
