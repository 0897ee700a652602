//===- Summary.h - facts that travel ----------------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What `ungil summarize` leaves for `ungil link`: the facts of some units of an
// extension, made in one process or machine, and as much of the plan as a
// report of all of them speaks of.
//
//   ScanPlan + UnitResult... ──► bytes ──► Summary ─┐
//                      (other parts)  ──► Summary ──┴─ join() ──► as one scan
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_DRIVER_SUMMARY_H
#define UNGIL_DRIVER_SUMMARY_H

#include "Driver/Driver.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>
#include <utility>
#include <vector>

namespace ungil {

/// Part \p Number, from 1, of \p Of about equal ones.
struct Shard {
  unsigned Number = 1, Of = 1;
};

struct Summary {
  std::string Name;   ///< of the file, for messages
  std::string Config; ///< file of settings that was found; empty: none
  Shard Part;
  ScanPlan Plan;                 ///< its units have a file and nothing else
  std::vector<UnitResult> Units; ///< of Plan.Units
  /// For each unit: how many of the whole plan with the same file come before.
  std::vector<uint32_t> Places;
};

/// Drops from \p Of.Plan what other parts read. Every unit is in one part,
/// whatever the machine.
void keepShard(Summary &Of);

/// The bytes of \p Of: the same for equal sources, flags and headers.
std::string writeSummary(const Summary &Of);

/// Reads what writeSummary() wrote of \p Name; an error when this is something
/// else, damaged, or of another version of the program.
llvm::Expected<Summary> readSummary(llvm::StringRef Bytes, std::string Name);

/// Folders there, and what they are called here.
using PathMap = std::vector<std::pair<std::string, std::string>>;
void mapPaths(Summary &Of, const PathMap &Map);

/// The plan and results of one scan of all \p Parts, whatever their order. An
/// error when a part is missing, or they are not of one extension.
llvm::Expected<Summary> join(std::vector<Summary> Parts);

} // namespace ungil

#endif
