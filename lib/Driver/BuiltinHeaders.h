//===- BuiltinHeaders.h - the headers the program carries -------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Clang's own headers (stddef.h, stdarg.h, intrinsics) are embedded in the
// binary, so that a copy of it works on a machine without Clang. They appear
// in a virtual file system in front of the real one. So do short stand-ins for
// the headers of binding tools, which are looked at last: a project whose
// pybind11 is not installed is read all the same.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_DRIVER_BUILTINHEADERS_H
#define UNGIL_DRIVER_BUILTINHEADERS_H

#include "llvm/ADT/IntrusiveRefCntPtr.h"
#include "llvm/ADT/StringRef.h"
#include <map>
#include <string>
#include <vector>

namespace llvm::vfs {
class FileSystem;
} // namespace llvm::vfs

namespace ungil {

/// What -resource-dir names; a folder of the virtual file system only.
inline constexpr llvm::StringLiteral ResourceDir = "/ungil-builtin/clang";

/// Holds a Python.h that takes Py_LIMITED_API back before it includes the
/// real one: with Py_GIL_DISABLED the two cannot be had together.
inline constexpr llvm::StringLiteral PythonWrapperDir = "/ungil-builtin/python";

/// Holds the stand-ins: `pybind11/pybind11.h` and its siblings.
inline constexpr llvm::StringLiteral ToolHeaderDir = "/ungil-builtin/tools";

struct BuiltinHeader {
  llvm::StringRef Name; ///< `clang/include/stddef.h`
  llvm::StringRef Text; ///< followed by a NUL byte
};

/// The embedded headers (from the generated BuiltinHeadersData.cpp).
std::vector<BuiltinHeader> builtinHeaders();

/// \p Real, with the embedded headers in front, and before both the texts of
/// \p Edited by absolute path.
llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem>
fileSystemWithBuiltins(llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> Real,
                       const std::map<std::string, std::string> &Edited = {});

} // namespace ungil

#endif
