//===- Merge.h - facts of all units as one ----------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Joins the facts of an extension's translation units: one file table, one
// entity per USR, one body per function however many units saw its header.
// An external name that several files define, one per platform say, is as many
// functions: all of them are analysed.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_LINK_MERGE_H
#define UNGIL_LINK_MERGE_H

#include "Facts/Facts.h"
#include "Link/PathTable.h"
#include <map>
#include <vector>

namespace ungil {

struct Merged {
  TuFacts Facts;
  PathTable Paths; ///< of Facts.Paths
  /// Indices into Facts.Functions of the bodies a name may stand for, where
  /// several files define it; never empty, the one that tells most first.
  std::map<EntityId, std::vector<uint32_t>> SameName;
};

/// The joined facts; the same whatever the order of \p Units.
Merged merge(std::vector<TuFacts> Units);

} // namespace ungil

#endif
