//===- Version.h - which ungil this is --------------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The one place that knows the version, set by the build from the project's.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_SUPPORT_VERSION_H
#define UNGIL_SUPPORT_VERSION_H

#include <string_view>

namespace ungil {

/// `x.y.z`.
std::string_view version();

/// The LLVM release it was built with, `19.1.7`.
std::string_view llvmVersion();

} // namespace ungil

#endif
