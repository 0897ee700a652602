//===- Take.h - the inventory of a linked program ---------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   Program, findings ── takeInventory() ──► Inventory
//
// Findings say what is wrong; the inventory says of every place that threads
// share what keeps them apart there. It asks the judgements that the rules ask
// (Rules/SharedPlace.h, Rules/SharedField.h), so that it cannot disagree with
// them: a place without protection is one that a rule reports, or would report
// if it were selected.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_INVENTORY_TAKE_H
#define UNGIL_INVENTORY_TAKE_H

#include "Link/Program.h"
#include "Report/Finding.h"
#include "Report/Inventory.h"
#include "llvm/ADT/ArrayRef.h"

namespace ungil {

/// \p Findings are all that the rules found, with fingerprints.
Inventory takeInventory(const Program &P, const FindingList &Findings);

} // namespace ungil

#endif
