//===- Embedded.h - the data inside the program -----------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// rules/api/*.json as the build embedded it: checked, merged and packed.
// Embed/EmbedApi.cpp writes the definition.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_API_EMBEDDED_H
#define UNGIL_API_EMBEDDED_H

#include <string_view>

namespace ungil {

/// What Api::pack() gave for all files.
std::string_view embeddedApi();

} // namespace ungil

#endif
