//===- Frames.cpp - messages of JSON-RPC ----------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lsp/Frames.h"
#include "llvm/ADT/StringRef.h"
#include <nlohmann/json.hpp>
#include <utility>

using namespace ungil::lsp;

namespace {

/// More is a mistake in a header, not a message.
constexpr size_t MostBytes = size_t(256) << 20;

} // namespace

void FrameReader::readHeader(std::string_view Line) {
  auto [Name, Value] = llvm::StringRef(Line).split(':');
  if (Name.trim().equals_insensitive("Content-Type"))
    return;
  size_t Number = 0;
  if (!Name.trim().equals_insensitive("Content-Length")) {
    Problem =
        "a line that is no header: '" + Name.take_front(60).trim().str() + "'";
  } else if (Value.trim().getAsInteger(10, Number) || Number > MostBytes) {
    Problem =
        "a length that is none: '" + Value.trim().take_front(60).str() + "'";
  } else {
    Length = Number;
  }
}

/// True at the end of the headers.
bool FrameReader::readHeaders() {
  while (true) {
    size_t End = Buffer.find('\n');
    if (End == std::string::npos)
      return false;
    std::string Line = Buffer.substr(0, End);
    Buffer.erase(0, End + 1);
    if (!Line.empty() && Line.back() == '\r')
      Line.pop_back();
    if (!Line.empty())
      readHeader(Line);
    else if (Length)
      return true;
  }
}

std::optional<std::string> FrameReader::next() {
  InBody = InBody || readHeaders();
  if (!InBody || Buffer.size() < *Length)
    return std::nullopt;
  std::string Body = Buffer.substr(0, *Length);
  Buffer.erase(0, *Length);
  Length.reset();
  InBody = false;
  return Body;
}

std::string FrameReader::problem() { return std::exchange(Problem, {}); }

std::string ungil::lsp::frame(const nlohmann::json &Message) {
  std::string Body =
      Message.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return "Content-Length: " + std::to_string(Body.size()) + "\r\n\r\n" + Body;
}
