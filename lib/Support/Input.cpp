//===- Input.cpp - files that are read whole ------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/Input.h"
#include "llvm/Support/FileSystem.h"
#include <string>
#include <system_error>

using namespace ungil;
namespace fs = llvm::sys::fs;

static llvm::Error failure(llvm::StringRef Path, std::error_code Code,
                           const std::string &Why) {
  return llvm::createStringError(Code,
                                 "cannot read '" + Path.str() + "': " + Why);
}

llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
ungil::readInput(llvm::StringRef Path) {
  fs::file_status Status;
  if (std::error_code Code = fs::status(Path, Status))
    return failure(Path, Code, Code.message());
  if (!fs::is_regular_file(Status) && !Path.starts_with("/dev/fd/"))
    return failure(Path, std::make_error_code(std::errc::invalid_argument),
                   fs::is_directory(Status) ? "it is a folder"
                                            : "it is not a regular file");
  // Not mapped: whoever shortens it meanwhile would end us.
  auto Buffer = llvm::MemoryBuffer::getFile(Path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false,
                                            /*IsVolatile=*/true);
  if (!Buffer)
    return failure(Path, Buffer.getError(), Buffer.getError().message());
  return std::move(*Buffer);
}
