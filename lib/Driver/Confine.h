//===- Confine.h - flags that only say how to read --------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Flags come out of files that the tree may bring along: a compilation
// database, response files, a configuration. Whatever they say, reading a unit
// runs no program, loads no code and writes no file:
//
//   response files ── filesBelow() ──► flags ── withoutActions() ──► driver
//     ──► CompilerInvocation ── confine() ──► parse
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_DRIVER_CONFINE_H
#define UNGIL_DRIVER_CONFINE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/IntrusiveRefCntPtr.h"
#include "llvm/Support/VirtualFileSystem.h"
#include <string>
#include <vector>

namespace clang {
class CompilerInvocation;
} // namespace clang

namespace ungil {

/// The regular files below \p Folders, which are real paths, and nothing else.
/// There is an end to how many are opened, for files may name each other.
llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem>
filesBelow(std::vector<std::string> Folders);

/// \p Args but for those that make the compiler's driver act while it plans:
/// these go to \p LeftOut.
std::vector<std::string> withoutActions(llvm::ArrayRef<std::string> Args,
                                        std::vector<std::string> &LeftOut);

/// Takes out of \p Invocation what would load code, write a file or read a
/// precompiled header in place of its text.
void confine(clang::CompilerInvocation &Invocation);

} // namespace ungil

#endif
