//===- Project.cpp - one extension in an editor ---------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lsp/Project.h"
#include <utility>

using namespace ungil::lsp;
using Json = nlohmann::json;

void Project::request(Wait How) {
  // A person who thinks pauses for longer, one who types for less.
  constexpr auto Pause = std::chrono::milliseconds(300);
  Running.reset();
  Due = Clock::now();
  if (How == Wait::Typing)
    *Due += Pause;
}

void Project::start(const std::map<std::string, Document> &Open,
                    llvm::function_ref<std::string()> Work) {
  Due.reset();
  Started.clear();
  for (const auto &[Path, Doc] : Open)
    Started[Path] = Doc.Version;
  Running.emplace(Work);
}

std::optional<Project::Outcome> Project::read() {
  if (!Running->read())
    return std::nullopt;
  std::optional<std::string> Text = Running->result();
  Running.reset();
  Json Result =
      Text ? Json::parse(*Text, nullptr, /*allow_exceptions=*/false) : Json();
  if (!Result.is_object())
    return Outcome{Found, "",
                   "the scan ended early; what it found before "
                   "stays on the screen"};
  Outcome Out;
  Out.Problem = Result.value("problem", "");
  Out.Summary = Result.value("summary", "");
  Out.Files = Result.value("files", Json::object());
  Seen = Started;
  return Out;
}

std::optional<int64_t> Project::seen(const std::string &Path) const {
  auto It = Seen.find(Path);
  if (It == Seen.end())
    return std::nullopt;
  return It->second;
}
