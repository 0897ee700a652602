//===- Source.h - positions in source files ---------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A position or range in a file, as every later stage uses it: plain numbers,
// no source manager. Positions inside a macro expansion are those of the
// expansion, where a person can act; `InMacro` says so.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_FACTS_SOURCE_H
#define UNGIL_FACTS_SOURCE_H

#include <cstdint>
#include <tuple>

namespace ungil {

/// Index into the file table of the facts or program that holds the range.
using FileId = uint32_t;
inline constexpr FileId NoFile = ~0u;

/// A half-open range of bytes in one file. Lines and columns count from 1,
/// columns in bytes; EndColumn is one past the last character.
struct SourceRange {
  FileId File = NoFile;
  uint32_t Line = 0;
  uint32_t Column = 0;
  uint32_t EndLine = 0;
  uint32_t EndColumn = 0;
  uint32_t Offset = 0;
  uint32_t Length = 0;
  bool InMacro = false;

  bool isValid() const { return File != NoFile; }
  auto key() const { return std::tie(File, Offset, Length, Line, Column); }
  bool operator==(const SourceRange &O) const { return key() == O.key(); }
  bool operator<(const SourceRange &O) const { return key() < O.key(); }

  template <class Archive> void fields(Archive &A) {
    A(File, Line, Column, EndLine, EndColumn, Offset, Length, InMacro);
  }
};

} // namespace ungil

#endif
