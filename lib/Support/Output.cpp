//===- Output.cpp - files written whole or not at all ---------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/Output.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"

using namespace ungil;
namespace fs = llvm::sys::fs;

namespace {

llvm::Error failure(const std::string &Path, std::error_code Code) {
  return llvm::createStringError(Code, "cannot write '%s': %s", Path.c_str(),
                                 Code.message().c_str());
}

llvm::Error writeTo(llvm::raw_fd_ostream &Out, const std::string &Path,
                    llvm::function_ref<void(llvm::raw_ostream &)> Write) {
  Write(Out);
  Out.flush();
  std::error_code Code = Out.error();
  // A stream destroyed with an error pending ends the program.
  Out.clear_error();
  return Code ? failure(Path, Code) : llvm::Error::success();
}

llvm::Error writeDirectly(const std::string &Path,
                          llvm::function_ref<void(llvm::raw_ostream &)> Write) {
  std::error_code Code;
  llvm::raw_fd_ostream Out(Path, Code);
  if (Code)
    return failure(Path, Code);
  return writeTo(Out, Path, Write);
}

} // namespace

llvm::Error
ungil::writeOutput(const std::string &Path,
                   llvm::function_ref<void(llvm::raw_ostream &)> Write) {
  if (Path == "-")
    return writeTo(llvm::outs(), "standard output", Write);

  // Renaming over a link would replace the link; over a device, the device.
  llvm::SmallString<256> Real;
  if (fs::real_path(Path, Real))
    Real = Path;
  fs::file_status Status;
  bool Exists = false;
  if (!fs::status(Real, Status) && fs::exists(Status)) {
    if (fs::is_directory(Status))
      return failure(Path, std::make_error_code(std::errc::is_a_directory));
    if (!fs::is_regular_file(Status))
      return writeDirectly(Path, Write);
    Exists = true;
  }
  auto Temporary =
      fs::TempFile::create(Real + ".tmp-%%%%%%", fs::all_read | fs::all_write);
  if (!Temporary)
    return failure(Path, llvm::errorToErrorCode(Temporary.takeError()));
  {
    llvm::raw_fd_ostream Out(Temporary->FD, /*shouldClose=*/false);
    if (llvm::Error Failed = writeTo(Out, Path, Write)) {
      llvm::consumeError(Temporary->discard());
      return Failed;
    }
  }
  if (Exists)
    (void)fs::setPermissions(Temporary->TmpName, Status.permissions());
  if (llvm::Error Failed = Temporary->keep(Real))
    return failure(Path, llvm::errorToErrorCode(std::move(Failed)));
  return llvm::Error::success();
}
