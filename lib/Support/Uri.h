//===- Uri.h - files as URIs ------------------------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Paths in SARIF and in what editors say are URIs (RFC 3986).
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_SUPPORT_URI_H
#define UNGIL_SUPPORT_URI_H

#include <optional>
#include <string>
#include <string_view>

namespace ungil {

/// \p Path with everything percent-encoded that is not unreserved or `/`.
std::string encodeUri(std::string_view Path);

/// `file:///a/b%20c` for absolute path `/a/b c`.
std::string fileUri(std::string_view Path);

/// The path that a file URI of this machine names; nothing for other URIs.
std::optional<std::string> pathOfUri(std::string_view Uri);

} // namespace ungil

#endif
