//===- Levels.h - how sure, how bad, how safe to mend -----------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The scales on which findings and shared state are measured. Names.h spells
// them.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_REPORT_LEVELS_H
#define UNGIL_REPORT_LEVELS_H

#include <cstdint>

namespace ungil {

/// high: both sides of the conflict seen and reachable; medium: one side
/// assumed; low: pattern only.
enum class Confidence : uint8_t { Low, Medium, High };
enum class Severity : uint8_t { Note, Warning, Error };

/// safe: behaviour on a GIL build unchanged; suggested: needs a human look;
/// manual: text only.
enum class Applicability : uint8_t { Manual, Suggested, Safe };

/// What keeps two threads from getting in each other's way at a place, the
/// least good first.
enum class Protection : uint8_t {
  None,      ///< nothing: a rule reports it
  Unknown,   ///< something that was not seen: a lock without a name, a callee
  Mixed,     ///< each write is under a lock, but not all under the same
  Delegated, ///< others promise it: the library behind a handle, the callers
  Harmless,  ///< its uses do not disturb each other, or no thread gets there
  Locked,    ///< a lock at every access, the same one
  Atomic,
  PerThread,
  Immutable, ///< not written after initialisation or construction
};

} // namespace ungil

#endif
