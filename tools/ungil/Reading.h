//===- Reading.h - what a command looks at ----------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   ScanOptions ── setUp() ──► settings ── read() ──► facts of each unit
//
// The part of a command that comes before any analysis: the configuration, the
// plan and the parse of one extension.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_TOOL_READING_H
#define UNGIL_TOOL_READING_H

#include "Analyse.h"
#include "Api/Api.h"
#include "Driver/Driver.h"
#include "Report/Output.h"
#include "ScanOptions.h"
#include "llvm/Support/Error.h"
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ungil {

/// One extension, what is wanted of it, and what was read.
struct Reading {
  explicit Reading(ScanOptions Options) : Options(std::move(Options)) {}

  ScanOptions Options; ///< after setUp(): with the settings of the project
  AnalyseOptions How;
  std::optional<Api> Extended; ///< by files of the project
  /// Text by absolute path to read in place of what is on disk.
  std::map<std::string, std::string> Edited;
  std::string OpeningDir; ///< as in the plan
  ScanPlan Plan;
  std::vector<UnitResult> Units; ///< of Plan.Units, in their order
  Timings Times;

  const Api &known() const { return Extended ? *Extended : Api::builtin(); }
};

/// Puts the configuration of the project under the options of the command, and
/// reads the lists, the baseline and the API data that it names.
llvm::Error setUp(Reading &Of);

/// Plans. It is an error when there is nothing to parse, unless single files
/// were asked for.
llvm::Error chooseUnits(Reading &Of);
/// Parses the units of the plan.
void readUnits(Reading &Of);

/// Both.
llvm::Error read(Reading &Of);

} // namespace ungil

#endif
