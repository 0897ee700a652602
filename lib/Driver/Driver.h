//===- Driver.h - from paths to facts ---------------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The first arrow of the pipeline:
//
//   paths ── plan() ──► ScanPlan ── parse() ──► TuFacts per translation unit
//
// plan() finds the translation units, their flags and the CPython headers and
// says why each file is in or out (`ungil doctor` prints it). parse() runs
// the front end in worker processes, so that a unit that crashes or hangs
// costs only itself.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_DRIVER_DRIVER_H
#define UNGIL_DRIVER_DRIVER_H

#include "Facts/Facts.h"
#include "Report/Finding.h"
#include "llvm/Support/Error.h"
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace ungil {

struct ScanRequest {
  std::vector<std::string> Paths; ///< files and folders the user named
  std::string Root;               ///< empty: git top level, else common parent
  std::string BuildDir;           ///< -p; empty: search the usual places
  bool NoBuild = false;           ///< do not look for a database
  std::string Python;             ///< --python: interpreter or include folder
  std::vector<std::string> ExtraArgs; ///< appended to every command
  std::vector<std::string> Exclude;   ///< patterns (Support/PathPattern.h)
  std::vector<std::string> Only;      ///< limit to these files
  unsigned Jobs = 0;                  ///< 0: all cores
  unsigned TimeoutSeconds = 300;      ///< per translation unit
  unsigned MemoryMiB = 4096;          ///< likewise; 0: no limit
  bool Progress = false;              ///< one line on stderr
};

/// CPython headers chosen for the parse.
struct PythonHeaders {
  std::string IncludeDir;         ///< holds Python.h; empty: none found
  std::string PlatformDir;        ///< holds pyconfig.h when elsewhere
  std::string Version;            ///< `3.13.0`
  std::string Interpreter;        ///< the one it came from, or empty
  std::string Why;                ///< how it was found
  bool FreeThreadedBuild = false; ///< pyconfig.h itself defines Py_GIL_DISABLED
  std::vector<std::string>
      ToolIncludes; ///< numpy, pybind11, nanobind of that interpreter
};

enum class UnitOrigin : uint8_t { Database, NoBuild, Header };

struct TranslationUnit {
  std::string File;      ///< absolute
  std::string Directory; ///< working directory of the command
  std::vector<std::string>
      Args; ///< clang driver arguments, without argv[0] and file
  UnitOrigin Origin = UnitOrigin::NoBuild;
  bool IncludesPython = false; ///< reaches Python.h, as far as the text shows
  std::string Why;             ///< why it is in
};

struct LeftOut {
  std::string File;
  std::string Why;
};

struct ScanPlan {
  std::string Root;                 ///< absolute
  std::vector<std::string> Folders; ///< absolute; files below are `user` files
  PythonHeaders Python;
  std::string Database; ///< path of compile_commands.json or empty
  /// Macros the build scripts name, assumed where no command says otherwise:
  /// `NAME=VALUE`, sorted.
  std::vector<std::string> Assumed;
  std::vector<TranslationUnit> Units; ///< sorted by file
  std::vector<LeftOut> Out;           ///< sorted by file
  std::vector<Remark> Remarks;
  unsigned Jobs = 1;
  unsigned TimeoutSeconds = 300;
  unsigned MemoryMiB = 4096;
  bool Progress = false;
  /// Warnings count as errors in the facts: is edited code still right?
  bool Check = false;
  /// Are the files that were read wanted, UnitResult::Reads?
  bool ListReads = false;
  /// Text by absolute path, read in place of what is on disk.
  std::map<std::string, std::string> Edited;
  /// Folder of facts of earlier scans (FactsCache.h); empty: none is used.
  std::string CacheDir;
  /// Folder of precompiled beginnings that the next parse may start from
  /// (Preamble.h); empty: they go with this one.
  std::string OpeningDir;
};

/// Decides what is analysed and how. Fails only on usage errors (a path that
/// does not exist, an unreadable -p); everything else becomes a remark.
llvm::Expected<ScanPlan> plan(const ScanRequest &Request);

/// What became of one unit of the plan.
struct UnitResult {
  enum class State : uint8_t { Parsed, Crashed, TimedOut, Unreadable };
  State How = State::Parsed;
  std::string Message; ///< one sentence when not Parsed
  TuFacts Facts;
  /// Types of missing headers that stand-ins were declared for; sorted.
  std::vector<std::string> StandInTypes;
  std::vector<std::string> Reads; ///< files whose text was read, if wanted
  bool FromCache = false;
  std::string NotKept; ///< why the cache could not take it, at the first only
};

/// \p Plan for headers as a build with the GIL reads them.
ScanPlan withGil(ScanPlan Plan);

/// Parses every unit, or takes its facts from the cache; results are in the
/// order of Plan.Units whatever -j.
std::vector<UnitResult> parse(const ScanPlan &Plan);

/// What the reader of a report must know about how \p Results were read: the
/// stand-ins for missing headers, a cache that cannot be written.
std::vector<Remark> remarksOn(const std::vector<UnitResult> &Results);

/// What became of a build that was recorded.
struct Recording {
  int ExitCode = 0; ///< of the build
  size_t Files = 0; ///< that it compiled
};

/// Runs \p Command with CC/CXX shims and writes the compilation database it
/// implies to \p Output.
llvm::Expected<Recording> record(const std::vector<std::string> &Command,
                                 const std::string &Output);

/// The text of `ungil doctor`.
std::string describe(const ScanPlan &Plan);

} // namespace ungil

#endif
