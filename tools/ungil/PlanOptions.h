//===- PlanOptions.h - options about what is analysed -----------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// `scan` and `doctor` choose files, flags and headers with the same options
// and the same configuration file, so that doctor explains exactly what scan
// does.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_TOOL_PLANOPTIONS_H
#define UNGIL_TOOL_PLANOPTIONS_H

#include "ConfigOptions.h"
#include "Driver/Driver.h"

namespace CLI {
class App;
} // namespace CLI

namespace ungil {

void addPlanOptions(CLI::App &Command, ScanRequest &Request, ConfigArgs &Args);
/// All of them but the paths.
void addReadOptions(CLI::App &Command, ScanRequest &Request, ConfigArgs &Args);

/// Takes what \p All says about what is analysed into \p Request.
void applySettings(const Settings &All, ScanRequest &Request);

} // namespace ungil

#endif
