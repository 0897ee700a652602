//===- Serialize.h - facts as bytes -----------------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Facts cross process and disk boundaries as a compact byte string: a format
// number, then every field in declaration order, integers as LEB128. Reading
// never trusts its input: a damaged string gives false, never a wild index.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_FACTS_SERIALIZE_H
#define UNGIL_FACTS_SERIALIZE_H

#include "Facts/Facts.h"
#include <string>
#include <string_view>

namespace ungil {

/// The bytes of \p Facts; equal facts give equal bytes.
std::string serialize(const TuFacts &Facts);

/// Reads what serialize() wrote. False when \p Bytes is of another version,
/// truncated, or names an index outside its table; \p Facts is then
/// unspecified.
bool deserialize(std::string_view Bytes, TuFacts &Facts);

} // namespace ungil

#endif
