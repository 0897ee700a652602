//===- Git.cpp - questions to git -----------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/Git.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"
#include <optional>

using llvm::StringRef;

static llvm::Error failure(const std::string &Why) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), Why);
}

static std::string contentOf(StringRef Path) {
  auto Buffer = llvm::MemoryBuffer::getFile(Path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  return Buffer ? (*Buffer)->getBuffer().str() : std::string();
}

llvm::Expected<std::string> ungil::runGit(StringRef Folder,
                                          llvm::ArrayRef<std::string> Args) {
  auto Program = llvm::sys::findProgramByName("git");
  if (!Program)
    return failure("git is not installed or not in PATH");
  llvm::SmallString<128> Out, Err;
  if (std::error_code Code =
          llvm::sys::fs::createTemporaryFile("ungil-git", "out", Out))
    return failure("cannot make a temporary file: " + Code.message());
  llvm::FileRemover RemoveOut(Out);
  if (std::error_code Code =
          llvm::sys::fs::createTemporaryFile("ungil-git", "err", Err))
    return failure("cannot make a temporary file: " + Code.message());
  llvm::FileRemover RemoveErr(Err);

  llvm::SmallVector<StringRef, 16> Command = {*Program, "-C", Folder};
  Command.append(Args.begin(), Args.end());
  const std::optional<StringRef> Redirects[] = {StringRef(""), Out.str(),
                                                Err.str()};
  int Exit =
      llvm::sys::ExecuteAndWait(*Program, Command, std::nullopt, Redirects);
  if (Exit == 0)
    return contentOf(Out);
  std::string Said = contentOf(Err);
  StringRef Line = StringRef(Said).trim().split('\n').first;
  return failure(Line.empty() ? "git ended with code " + std::to_string(Exit)
                              : "git says '" + Line.str() + "'");
}
