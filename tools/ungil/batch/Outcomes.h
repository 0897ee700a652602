//===- Outcomes.h - what became of each extension ---------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The lines of `ungil batch`, one JSON object for each extension:
//
//   name, path, args, ungil    what was scanned, and by which version
//   state                      done | incomplete | failed | killed | timeout
//   error                      one sentence unless done
//   seconds, megabytes         of the scan; of its largest process
//   files, parsed, functions, analysed, findings {high, medium, low},
//   rules {ID: findings}, fingerprints [...]      unless there is no report
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_TOOL_BATCH_OUTCOMES_H
#define UNGIL_TOOL_BATCH_OUTCOMES_H

#include "batch/Manifest.h"
#include "batch/Processes.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace ungil::batch {

/// Of a whole batch.
struct Tally {
  size_t Extensions = 0, Unfinished = 0, Findings = 0, New = 0, Gone = 0;
  bool Compared = false;
  std::string text() const;
};

class Outcomes {
public:
  /// Reads the lines of \p File. The last one may be cut off.
  llvm::Error read(const std::string &File);

  /// Forgets what did not finish, or was scanned by another version.
  void keepFinished();

  /// What is known of \p One as it is asked for now; null: nothing.
  const nlohmann::json *find(const Extension &One) const;

  /// Writes what is known of \p All to \p File, and leaves it open for more.
  llvm::Expected<std::unique_ptr<llvm::raw_fd_ostream>>
  startFile(const std::string &File, const std::vector<Extension> &All) const;

  /// Enters what became of \p One; returns its line.
  std::string add(const Extension &One, const Ended &How,
                  const std::string &Report, const std::string &Errors);

  /// One line for a person, and what it adds to \p Total. \p Before: of the
  /// batch to compare with.
  std::string describe(const Extension &One, const Outcomes *Before,
                       Tally &Total) const;

private:
  std::map<std::string, nlohmann::json> ByName;
};

} // namespace ungil::batch

#endif
