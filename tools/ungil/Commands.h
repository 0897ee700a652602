//===- Commands.h - the commands of the program -----------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each command lives in a file of its own and adds itself to the command
// line. It runs after parsing and leaves its exit code:
//
//   0  nothing to report at or above --fail-on
//   1  findings
//   2  usage, configuration or I/O error
//   3  incomplete: a file could not be read, or --strict and one had errors
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_TOOL_COMMANDS_H
#define UNGIL_TOOL_COMMANDS_H

#include "Report/Finding.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace CLI {
class App;
} // namespace CLI

namespace ungil {

enum ExitCode : int {
  ExitClean = 0,
  ExitFindings = 1,
  ExitError = 2,
  ExitIncomplete = 3,
};

void addScan(CLI::App &App, int &Exit);
void addAudit(CLI::App &App, int &Exit);
/// `summarize` and `link`, a scan in two.
void addSummarize(CLI::App &App, int &Exit);
void addLink(CLI::App &App, int &Exit);
void addEmitNinja(CLI::App &App, int &Exit);
void addBatch(CLI::App &App, int &Exit);
void addDoctor(CLI::App &App, int &Exit);
void addCache(CLI::App &App, int &Exit);
void addRecord(CLI::App &App, int &Exit);
void addRules(CLI::App &App, int &Exit);
void addOptions(CLI::App &App, int &Exit);
void addExplain(CLI::App &App, int &Exit);
void addVersion(CLI::App &App, int &Exit);
void addLsp(CLI::App &App, int &Exit);
/// `man` and `completions`.
void addManual(CLI::App &App, int &Exit);

/// The folder of facts for a scan of \p Root when the user asked for \p Asked
/// (empty: said nothing); absolute, empty if there is no place for one.
std::string cacheFolder(const std::string &Asked, const std::string &Root);

/// Says \p Problem on standard error, one line; returns ExitError.
int fail(llvm::Error Problem);
int fail(const std::string &Problem);

/// Says each remark on standard error, one line each.
void sayRemarks(const std::vector<Remark> &Remarks, const std::string &Root);

/// `always`, `never`, or else what the terminal on \p Descriptor and NO_COLOR
/// say.
bool wantsColor(const std::string &Choice, int Descriptor);

} // namespace ungil

#endif
