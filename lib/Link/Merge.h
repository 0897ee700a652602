//===- Merge.h - facts of all units as one ----------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Joins the facts of an extension's translation units: one file table, one
// entity per USR, one body per function however many units saw its header.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_LINK_MERGE_H
#define UNGIL_LINK_MERGE_H

#include "Facts/Facts.h"
#include <vector>

namespace ungil {

/// The joined facts. Units are taken in the given order; which unit's copy of
/// a header function is kept does not depend on anything else.
TuFacts merge(std::vector<TuFacts> Units);

} // namespace ungil

#endif
