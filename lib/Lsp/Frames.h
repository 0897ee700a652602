//===- Frames.h - messages of JSON-RPC --------------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   bytes ── FrameReader ──► JSON text of each message
//
// The base protocol of the Language Server Protocol: headers, an empty line,
// and as many bytes of JSON as a header says.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_LSP_FRAMES_H
#define UNGIL_LSP_FRAMES_H

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace ungil::lsp {

/// Puts messages together from bytes as they come.
class FrameReader {
public:
  void feed(std::string_view Bytes) { Buffer += Bytes; }

  /// The next message that is there as a whole. Lines that are no header of a
  /// message are left out; problem() then says what they were.
  std::optional<std::string> next();

  /// One sentence about what next() left out since it was last asked; empty:
  /// nothing.
  std::string problem();

private:
  bool readHeaders();
  void readHeader(std::string_view Line);

  std::string Buffer;
  std::optional<size_t> Length; ///< as the headers read so far say
  bool InBody = false;
  std::string Problem;
};

/// \p Message as it goes over the wire. What is not UTF-8 in it is replaced.
std::string frame(const nlohmann::json &Message);

} // namespace ungil::lsp

#endif
