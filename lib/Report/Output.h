//===- Output.h - how a report is printed -----------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The last arrow: a finished Report becomes text for people or for programs.
//
//   full        source frame, message, why, help, notes, trace
//   concise     file:line:col: warning: message [rule]
//   json        the object docs/design.md describes, stable for programs
//   json-lines  a line for each finding, then one with the rest of the object
//   sarif       2.1.0, for code scanning
//   github      commands that annotate a pull request in GitHub Actions
//   gitlab      a code quality report of GitLab
//   markdown    a table, for comments and job summaries
//   html        a page to look through, with the state that threads share
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_REPORT_OUTPUT_H
#define UNGIL_REPORT_OUTPUT_H

#include "Report/Finding.h"
#include "Report/RuleInfo.h"
#include "Support/SourceCache.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/raw_ostream.h"
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ungil {

enum class OutputFormat : uint8_t {
  Full,
  Concise,
  Json,
  JsonLines,
  Sarif,
  Github,
  Gitlab,
  Markdown,
  Html,
};

/// The names of all formats, in the order of OutputFormat.
llvm::ArrayRef<std::string_view> formatNames();

/// The format called \p Name, or nothing.
std::optional<OutputFormat> parseFormat(std::string_view Name);

struct OutputOptions {
  OutputFormat Format = OutputFormat::Full;
  bool Color = false;
  std::string Version;            ///< of ungil
  std::string Date;               ///< of an audit; empty: none
  llvm::ArrayRef<RuleInfo> Rules; ///< described in SARIF
  int ExitCode = 0;               ///< the run will end with this
  std::string SecuritySeverity;   ///< SARIF: `7.0` for all rules; empty: none
  bool Complete = true;           ///< every unit could be read
};

/// Writes \p Report, which has been finalized, in the format asked for.
void write(const Report &Report, const OutputOptions &Options,
           SourceCache &Sources, llvm::raw_ostream &Out);

void writeText(const Report &Report, const OutputOptions &Options,
               SourceCache &Sources, llvm::raw_ostream &Out);
void writeJson(const Report &Report, const OutputOptions &Options,
               llvm::raw_ostream &Out);
void writeSarif(const Report &Report, const OutputOptions &Options,
                SourceCache &Sources, llvm::raw_ostream &Out);

void writeJsonLines(const Report &Report, const OutputOptions &Options,
                    llvm::raw_ostream &Out);
void writeGithub(const Report &Report, llvm::raw_ostream &Out);
void writeGitlab(const Report &Report, llvm::raw_ostream &Out);

/// What GitHub takes as one comment, in characters, and as the summary that
/// one step of a job may write, in bytes.
constexpr size_t MaxComment = 65536, MaxJobSummary = size_t(1024) * 1024;

/// At most \p MaxBytes, worst first; the last line says what is left out.
void writeMarkdown(const Report &Report, size_t MaxBytes,
                   llvm::raw_ostream &Out);
void writeHtml(const Report &Report, const OutputOptions &Options,
               SourceCache &Sources, llvm::raw_ostream &Out);

/// The findings by confidence and severity, then as they stand in the report.
std::vector<const Finding *> worstFirst(const Report &Report);

/// One line: what was read, with which headers, what was found.
std::string summary(const Report &Report);

/// Seconds by name of the step, in the order they ran.
using Timings = std::vector<std::pair<std::string, double>>;

/// The table of --statistics.
void writeStatistics(const Report &Report, const Timings &Times,
                     llvm::raw_ostream &Out);

} // namespace ungil

#endif
