//===- Positions.h - lines and UTF-16 columns -------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Editors count lines, which end with LF, CR LF or CR, and in lines UTF-16 code
// units; ungil counts bytes. A byte that is not UTF-8 is one unit, as it is one
// character in an editor that shows the file.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_LSP_POSITIONS_H
#define UNGIL_LSP_POSITIONS_H

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace ungil::lsp {

/// Both count from 0.
struct Position {
  uint32_t Line = 0, Character = 0;

  auto key() const { return std::tie(Line, Character); }
  bool operator==(const Position &O) const { return key() == O.key(); }
  bool operator<(const Position &O) const { return key() < O.key(); }
};

/// Where the lines of a text begin. The text outlives it.
class Lines {
public:
  explicit Lines(std::string_view Text);

  /// Of the byte at \p Offset; past the end: of the end.
  Position position(size_t Offset) const;

  /// A column past the end of the line is its end, a line past the end of the
  /// text the end of the text.
  size_t offset(Position At) const;

  std::string_view text() const { return Text; }

private:
  std::string_view line(size_t Number) const;

  std::string_view Text;
  std::vector<size_t> Starts;
};

nlohmann::json toJson(Position At);
/// `{"start": ..., "end": ...}` of the \p Length bytes at \p Offset.
nlohmann::json rangeOf(const Lines &Text, size_t Offset, size_t Length);
/// Throws what nlohmann::json throws when \p At is no position.
Position toPosition(const nlohmann::json &At);

/// Makes one of the changes of textDocument/didChange to \p Text. Throws what
/// nlohmann::json throws when \p Change is none.
void applyChange(std::string &Text, const nlohmann::json &Change);

} // namespace ungil::lsp

#endif
