//===- PythonHeaders.h - find CPython's headers -----------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Which CPython the extension is analysed against: the newest whose headers
// are on the machine, found by the layout of folders. An interpreter is run
// only when the user names one whose headers its layout does not show.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_DRIVER_PYTHONHEADERS_H
#define UNGIL_DRIVER_PYTHONHEADERS_H

#include "Driver/Driver.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <array>
#include <string>
#include <vector>

namespace ungil {

/// `3.13.0` as numbers that compare; zeros when it is not a version.
std::array<unsigned, 3> versionOf(llvm::StringRef Version);

/// The headers in \p IncludeDir; IncludeDir of the result is empty when it
/// holds no Python.h.
PythonHeaders readHeaders(llvm::StringRef IncludeDir);

/// Is \p Dir the include folder of some CPython (and not of a project that
/// has a Python.h of its own)?
bool isPythonIncludeDir(llvm::StringRef Dir);

/// The headers to use. \p Choice is --python: an interpreter, an include
/// folder or an installation prefix; empty: the newest found. \p Folders are
/// searched for virtual environments. An error only when \p Choice is wrong.
llvm::Expected<PythonHeaders>
findPython(llvm::StringRef Choice, const std::vector<std::string> &Folders);

/// Is \p Folder one that sources include the headers of a binding tool from
/// (pybind11/pybind11.h)?
bool holdsTool(llvm::StringRef Folder);

/// Driver arguments that make \p Headers the ones a unit sees.
std::vector<std::string> pythonArgs(const PythonHeaders &Headers);

} // namespace ungil

#endif
