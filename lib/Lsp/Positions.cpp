//===- Positions.cpp - lines and UTF-16 columns ---------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lsp/Positions.h"
#include "llvm/Support/ConvertUTF.h"
#include <algorithm>
#include <nlohmann/json.hpp>

using namespace ungil::lsp;

namespace {

struct Character {
  size_t Bytes = 1;
  uint32_t Units = 1;
};

/// The one at the beginning of \p Text.
Character firstOf(std::string_view Text) {
  const auto *Begin = reinterpret_cast<const llvm::UTF8 *>(Text.data());
  unsigned Bytes = llvm::getNumBytesForUTF8(*Begin);
  if (Bytes > Text.size() || !llvm::isLegalUTF8Sequence(Begin, Begin + Bytes))
    return {};
  constexpr unsigned BeyondTheBasicPlane = 4;
  return {Bytes, Bytes == BeyondTheBasicPlane ? 2u : 1u};
}

} // namespace

Lines::Lines(std::string_view Text) : Text(Text), Starts{0} {
  for (size_t I = 0; I != Text.size(); ++I)
    if (Text[I] == '\n' ||
        (Text[I] == '\r' && (I + 1 == Text.size() || Text[I + 1] != '\n')))
      Starts.push_back(I + 1);
}

/// Without its end.
std::string_view Lines::line(size_t Number) const {
  size_t Begin = Starts[Number];
  size_t End = Number + 1 < Starts.size() ? Starts[Number + 1] : Text.size();
  std::string_view Line = Text.substr(Begin, End - Begin);
  while (!Line.empty() && (Line.back() == '\n' || Line.back() == '\r'))
    Line.remove_suffix(1);
  return Line;
}

Position Lines::position(size_t Offset) const {
  Offset = std::min(Offset, Text.size());
  auto After = std::upper_bound(Starts.begin(), Starts.end(), Offset);
  size_t Number = static_cast<size_t>(After - Starts.begin()) - 1;
  std::string_view Left = line(Number);
  Left = Left.substr(0, std::min(Left.size(), Offset - Starts[Number]));
  Position At{static_cast<uint32_t>(Number), 0};
  while (!Left.empty()) {
    Character First = firstOf(Left);
    At.Character += First.Units;
    Left.remove_prefix(First.Bytes);
  }
  return At;
}

size_t Lines::offset(Position At) const {
  if (At.Line >= Starts.size())
    return Text.size();
  std::string_view Left = line(At.Line);
  size_t Offset = Starts[At.Line];
  uint32_t Units = 0;
  while (!Left.empty() && Units < At.Character) {
    Character First = firstOf(Left);
    Units += First.Units;
    Offset += First.Bytes;
    Left.remove_prefix(First.Bytes);
  }
  return Offset;
}

nlohmann::json ungil::lsp::toJson(Position At) {
  return {{"line", At.Line}, {"character", At.Character}};
}

nlohmann::json ungil::lsp::rangeOf(const Lines &Text, size_t Offset,
                                   size_t Length) {
  return {{"start", toJson(Text.position(Offset))},
          {"end", toJson(Text.position(Offset + Length))}};
}

Position ungil::lsp::toPosition(const nlohmann::json &At) {
  return {At.at("line").get<uint32_t>(), At.at("character").get<uint32_t>()};
}

void ungil::lsp::applyChange(std::string &Text, const nlohmann::json &Change) {
  auto New = Change.at("text").get<std::string>();
  auto Range = Change.find("range");
  if (Range == Change.end() || Range->is_null()) {
    Text = std::move(New);
    return;
  }
  Lines Old(Text);
  size_t Begin = Old.offset(toPosition(Range->at("start")));
  size_t End = std::max(Begin, Old.offset(toPosition(Range->at("end"))));
  Text.replace(Begin, End - Begin, New);
}
