//===- Finding.h - one thing a maintainer should look at --------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What rules produce and every output prints: plain values, complete in
// themselves. File ids index the file table of the Report.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_REPORT_FINDING_H
#define UNGIL_REPORT_FINDING_H

#include "Facts/Source.h"
#include "Report/Inventory.h"
#include "Report/Levels.h"
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

namespace ungil {

struct Note {
  SourceRange Range;
  std::string Message;
};

struct Edit {
  FileId File = NoFile;
  uint32_t Offset = 0; ///< bytes
  uint32_t Length = 0; ///< bytes replaced
  std::string Text;
  bool Once = false; ///< other fixes may have the same edit; it is made once
};

struct FixPlan {
  Applicability How = Applicability::Manual;
  std::string Title;       ///< what the edits do; why there are none
  std::vector<Edit> Edits; ///< empty for manual
};

/// What a finding is about in the linked program (Link/Program.h): where its
/// fix is planned from. All ones: unknown.
struct Subject {
  uint32_t Function = ~0u; ///< FunctionId
  uint32_t Event = ~0u;    ///< EventId in it
  uint32_t Entity = ~0u;   ///< EntityId of the place or field
};

/// One finding. The message is the one-line form and says what is wrong; Why
/// says why it breaks without the GIL (which two threads, through which entry
/// points), Help says what to do. All three are sentences without a final
/// line end.
struct Finding {
  std::string Rule;
  SourceRange Range;
  std::string Function; ///< enclosing function as a person says it, or empty
  std::string Entity;   ///< the place, API or object it is about
  Severity Sev = Severity::Warning;
  Confidence Conf = Confidence::Medium;
  std::string Message;
  std::string Why;
  std::string Help;
  std::vector<Note> Notes; ///< definition, other side of the conflict
  std::vector<Note> Trace; ///< from a Python-callable entry to Range
  /// Of a race: how a second thread gets to the other side, the last step.
  std::vector<Note> OtherTrace;
  /// It speaks of other findings and goes with them.
  bool Derived = false;
  Subject About;
  FixPlan Fix;
  std::string Fingerprint; ///< filled by finalize() in Report
};

/// Findings as they are made: they are large, and there may be many, so that a
/// list which grows had better not move them.
using FindingList = std::deque<Finding>;

/// A finding that is not reported, for somebody has looked at it.
struct Answered {
  Finding What;
  std::string By;     ///< `comment`, `reviewed list` or `baseline`
  std::string Reason; ///< in their words; may be empty
};

/// How many places a rule looked at and how many it reported.
struct SiteCount {
  uint32_t Seen = 0;
  uint32_t Reported = 0;
};

/// What became of one source file.
struct SourceStatus {
  enum State : uint8_t { Read, Partly, NotRead, LeftOut };
  std::string File; ///< absolute
  State How = Read;
  std::string Why; ///< of all but Read
};

struct Coverage {
  uint32_t Files = 0; ///< translation units chosen for the scan
  uint32_t Parsed = 0;
  uint32_t FromCache = 0;  ///< of the parsed: facts of an earlier scan
  uint32_t WithErrors = 0; ///< parsed, but the front end reported errors
  uint32_t Functions = 0;  ///< with a body, in the extension's own files
  uint32_t Analysed = 0;
  uint32_t LeftOut = 0;      ///< sources that never reach Python.h
  std::string PythonVersion; ///< of the headers used; empty: none found
  bool FreeThreaded = false; ///< headers were read with Py_GIL_DISABLED
  std::map<std::string, SiteCount> Sites; ///< by rule id
  std::vector<SourceStatus> Sources;      ///< units, and what was left out
  std::vector<Note> NotAnalysed;     ///< functions whose bodies lack too much
  std::vector<std::string> Modules;  ///< as Python imports them, sorted
  std::vector<std::string> RulesOff; ///< ids of those that were not asked for
};

/// Sentences for the user about the run itself: what failed, what to do next.
struct Remark {
  Severity Sev = Severity::Warning;
  std::string File; ///< may be empty
  std::string Message;
};

/// Everything a scan produced.
struct Report {
  std::string Root;                 ///< absolute scan root
  std::vector<std::string> Files;   ///< absolute paths; FileId indexes this
  FindingList Findings;             ///< sorted by file, offset, rule
  std::vector<Answered> Answers;    ///< all that somebody has looked at
  uint32_t Suppressed = 0;          ///< by comments and reviewed lists
  uint32_t Baselined = 0;           ///< known, by a baseline (Baseline.h)
  uint32_t Unchanged = 0;           ///< not of the change that was asked for
  std::vector<std::string> Matched; ///< fingerprints the baseline knew
  Coverage Cover;
  Inventory State; ///< when it was asked for
  std::vector<Remark> Remarks;
  std::string Verdict; ///< ready | ready-with-notes | not-ready | unknown
  std::vector<std::string> Because; ///< what the verdict rests on, in clauses
};

} // namespace ungil

#endif
