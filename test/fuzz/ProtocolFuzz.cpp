//===- ProtocolFuzz.cpp - what an editor sends
//------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fuzz.h"
#include "Lsp/Frames.h"
#include "Lsp/Positions.h"
#include <nlohmann/json.hpp>

using namespace ungil;

FUZZ(Text) {
  lsp::FrameReader Reader;
  Reader.feed(Text.substr(0, Text.size() / 2));
  while (Reader.next())
    (void)Reader.problem();
  Reader.feed(Text.substr(Text.size() / 2));
  std::string Open = "one\ntwo \xf0\x9f\x90\x8d\r\nthree";
  while (auto Message = Reader.next()) {
    nlohmann::json Change =
        nlohmann::json::parse(*Message, nullptr, /*allow_exceptions=*/false);
    if (Change.is_discarded())
      continue;
    (void)lsp::frame(Change);
    try {
      lsp::applyChange(Open, Change);
    } catch (const nlohmann::json::exception &) {
    }
  }
}
