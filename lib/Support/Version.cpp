//===- Version.cpp - which ungil this is ----------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/Version.h"
#include "llvm/Config/llvm-config.h"

std::string_view ungil::version() { return UNGIL_VERSION; }

std::string_view ungil::llvmVersion() { return LLVM_VERSION_STRING; }
