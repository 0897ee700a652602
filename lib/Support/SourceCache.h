//===- SourceCache.h - the text of source files -----------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Outputs show source lines, count columns in UTF-16 and normalise lines for
// fingerprints. They ask this cache, which reads each file once and never
// fails: a file that cannot be read has no lines.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_SUPPORT_SOURCECACHE_H
#define UNGIL_SUPPORT_SOURCECACHE_H

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ungil {

/// One file, split into lines. Lines and columns count from 1, columns in
/// bytes, as in SourceRange.
class SourceText {
public:
  explicit SourceText(std::string Content);

  struct Position {
    uint32_t Line = 1;
    uint32_t Column = 1;
  };

  std::string_view text() const { return Content; }
  uint32_t lines() const { return static_cast<uint32_t>(Starts.size()); }

  /// The line without its end; empty outside the file.
  std::string_view line(uint32_t Number) const;

  /// Where the byte at \p Offset is; offsets past the end give the end.
  Position position(uint32_t Offset) const;

private:
  std::string Content;
  std::vector<uint32_t> Starts;
};

class SourceCache {
public:
  /// The text of \p Path; empty when the file cannot be read.
  const SourceText &get(const std::string &Path);

  /// Uses \p Content for \p Path, whatever is on disk.
  void put(const std::string &Path, std::string Content);

private:
  std::map<std::string, std::unique_ptr<SourceText>> Files;
};

} // namespace ungil

#endif
