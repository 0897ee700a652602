//===- JsonParts.h - parts of reports as JSON -------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What `scan --format json`, `audit --format json` and the page of
// `--format html` have in common.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_REPORT_JSONPARTS_H
#define UNGIL_REPORT_JSONPARTS_H

#include "Report/Finding.h"
#include "Report/Output.h"
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace ungil {

using Json = nlohmann::ordered_json;

/// How a file is called: fileName() or sharedName() of Names.h.
using FileNamer = std::string (*)(const Report &, FileId);

Json toolToJson(const OutputOptions &Options);
Json notesToJson(const Report &Report, const std::vector<Note> &Notes,
                 FileNamer Name);
Json findingToJson(const Report &Report, const Finding &F, FileNamer Name);
Json coverageToJson(const Coverage &C);

} // namespace ungil

#endif
