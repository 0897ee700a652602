//===- Git.h - questions to git ---------------------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Runs the program git, which nothing but --diff-base needs.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_SUPPORT_GIT_H
#define UNGIL_SUPPORT_GIT_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>

namespace ungil {

/// What `git -C Folder Args` prints. The error is what it says when it fails,
/// one line.
llvm::Expected<std::string> runGit(llvm::StringRef Folder,
                                   llvm::ArrayRef<std::string> Args);

} // namespace ungil

#endif
