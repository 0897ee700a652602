//===- DatabaseFuzz.cpp - compilation databases
//-----------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver/Confine.h"
#include "Driver/Database.h"
#include "Driver/Flags.h"
#include "Fuzz.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdlib>

namespace {
/// In memory where the system has such a folder.
std::string writeDown(std::string_view Text) {
  static const std::string Path =
      "/dev/shm/ungil-fuzz-" + std::to_string(::getpid()) + ".json";
  std::error_code Code;
  llvm::raw_fd_ostream(Path, Code) << Text;
  if (Code)
    std::abort();
  return Path;
}
} // namespace

FUZZ(Text) {
  std::string Path = writeDown(Text);
  if (auto Found = check(ungil::loadDatabase(Path, {})))
    for (const ungil::BuildCommand &Command : Found->Commands) {
      std::vector<std::string> LeftOut;
      (void)ungil::keepMeaning(Command.Args, Command.Directory);
      (void)ungil::withoutActions(Command.Args, LeftOut);
    }
  (void)llvm::sys::fs::remove(Path);
}
