//===- Project.h - one extension in an editor -------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the server knows of an extension: the worker that looks at it, or when
// to start one, and what the last one found.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_TOOL_LSP_PROJECT_H
#define UNGIL_TOOL_LSP_PROJECT_H

#include "lsp/Worker.h"
#include <chrono>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace ungil::lsp {

/// A file that the editor has open.
struct Document {
  std::string Uri; ///< as the editor spells it
  int64_t Version = 0;
  std::string Text;
};

using Clock = std::chrono::steady_clock;

class Project {
public:
  enum class Wait { Typing, None };

  /// What a worker came to.
  struct Outcome {
    nlohmann::json Files = nlohmann::json::object();
    std::string Summary, Problem;
  };

  explicit Project(std::string Root) : Root(std::move(Root)) {}

  /// What runs looks at old text: ends it. Another one is due.
  void request(Wait How);
  std::optional<Clock::time_point> due() const { return Due; }

  /// Looks at the extension with \p Open, which it remembers the versions of.
  void start(const std::map<std::string, Document> &Open,
             llvm::function_ref<std::string()> Work);

  /// To be polled; -1: nothing runs.
  int descriptor() const { return Running ? Running->descriptor() : -1; }
  /// Reads from the worker; its outcome when that is all.
  std::optional<Outcome> read();

  const std::string &root() const { return Root; }

  /// The version of \p Path that the last outcome is about.
  std::optional<int64_t> seen(const std::string &Path) const;

  nlohmann::json Found = nlohmann::json::object(); ///< by file
  std::vector<nlohmann::json> Waiting; ///< requests to answer at the end
  std::string LastProblem;

private:
  std::string Root;
  std::optional<Worker> Running;
  std::optional<Clock::time_point> Due;
  std::map<std::string, int64_t> Started, Seen; ///< versions by file
};

} // namespace ungil::lsp

#endif
