//===- Inventory.h - the state that threads share ---------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A row for each place that outlives a call and that more than one thread can
// get at: who writes it, who reads it, and what keeps them apart. Plain
// values, as findings are; Inventory/Take.h makes them of a linked program.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_REPORT_INVENTORY_H
#define UNGIL_REPORT_INVENTORY_H

#include "Facts/Source.h"
#include "Report/Levels.h"
#include <cstdint>
#include <string>
#include <vector>

namespace ungil {

/// How one function uses a place.
struct StateUse {
  enum Kind : uint8_t { Writes, Reads, HandsOn } How = Reads;
  bool AtInit = false;  ///< no other thread is there yet
  std::string Function; ///< as a person says it
  std::string Entry;    ///< how Python gets there; empty: not seen
  std::string Lock;     ///< held at all of these accesses; empty: none
  SourceRange At;       ///< the first of them
};

/// One place: a variable of static duration, a field of an object, a field of
/// what a variable points to.
struct SharedState {
  std::string Kind;  ///< `global`, `static variable`, `field`, ...
  std::string Name;  ///< `cache`
  std::string Owner; ///< structure or function it belongs to; may be empty
  std::string Type;
  SourceRange Defined;
  Protection How = Protection::Harmless;
  /// Of a place without protection: how sure that is.
  Confidence Conf = Confidence::High;
  std::string Why;                   ///< half a sentence: what protects it
  std::vector<StateUse> Uses;        ///< writers first
  std::vector<std::string> Findings; ///< fingerprints
};

/// The least protected first.
using Inventory = std::vector<SharedState>;

} // namespace ungil

#endif
