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

#include <string>
#include <string_view>

namespace ungil {

/// `x.y.z`.
std::string_view version();

/// The LLVM release it was built with, `19.1.7`.
std::string_view llvmVersion();

/// Bytes that differ between any two programs built from different sources:
/// what the linker wrote (--build-id), or else the two versions.
std::string buildId();

} // namespace ungil

#endif
