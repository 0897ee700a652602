//===- BuildMacros.h - macros a build would define --------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Without a build, code behind `#ifdef HAVE_LIBTIFF` is not there, though
// everybody's build has it. The build scripts name such macros; they are read
// as text, never run, and those a source tests are defined:
//
//   scripts ── macrosIn() ──► BuildMacro... ── assumedMacros() ──► -D
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_DRIVER_BUILDMACROS_H
#define UNGIL_DRIVER_BUILDMACROS_H

#include "Driver/IncludeGraph.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <set>
#include <string>
#include <vector>

namespace ungil {

struct BuildMacro {
  std::string Name;
  std::string Value; ///< as behind `-DNAME=`
  bool Known = true; ///< false: the script computes the value
};

/// Macros that \p Text, a setup.py, setup.cfg, pyproject.toml, meson.build or
/// CMakeLists.txt, names; in the order of the text.
std::vector<BuildMacro> macrosIn(llvm::StringRef Text);

/// Does \p Name say that something is there or wanted, on this platform?
bool isFeatureMacro(llvm::StringRef Name);

/// The build scripts in \p Folders, in the folders above them up to \p Top and
/// a few levels below; sorted.
std::vector<std::string> buildScripts(llvm::ArrayRef<std::string> Folders,
                                      llvm::StringRef Top);

/// `NAME=VALUE` of the macros \p Scripts name and \p Units, or headers they
/// read, depend on; sorted. \p UserArgs that speak of a macro win.
std::vector<std::string> assumedMacros(llvm::ArrayRef<std::string> Scripts,
                                       IncludeGraph &Graph,
                                       const std::set<FileIndex> &Units,
                                       llvm::ArrayRef<std::string> UserArgs);

} // namespace ungil

#endif
