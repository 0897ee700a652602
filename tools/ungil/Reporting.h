//===- Reporting.h - what a command says of facts ---------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   Reading ── analyse ──► Report ── edits, baseline ──► printed, exit code
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_TOOL_REPORTING_H
#define UNGIL_TOOL_REPORTING_H

#include "Reading.h"

namespace ungil {

/// Analyses what was read, makes the edits that the options ask for, and prints
/// what is left to find. Returns the exit code.
int reportOn(Reading Of);

} // namespace ungil

#endif
