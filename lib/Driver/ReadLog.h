//===- ReadLog.h - what a parse saw of the file system ----------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Facts follow from the files that were read, and from those that were looked
// for and not there: a header that appears in an earlier folder changes what a
// file means. A ReadLog keeps both, by content; times of files say nothing.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_DRIVER_READLOG_H
#define UNGIL_DRIVER_READLOG_H

#include "llvm/ADT/IntrusiveRefCntPtr.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace llvm::vfs {
class FileSystem;
} // namespace llvm::vfs

namespace ungil {

/// Hash of a file's bytes, or one of the two below.
using FileState = uint64_t;
inline constexpr FileState Absent = 0;  ///< no such path, or it cannot be read
inline constexpr FileState Present = 1; ///< there, and nobody read it

FileState stateOf(llvm::StringRef Content);

/// What paths are now; each is looked at once.
class FileStates {
public:
  /// \p Path was \p Before; is it still?
  bool still(llvm::StringRef Path, FileState Before);

  /// \p Path, absolute, holds \p Content, whatever is on disk.
  void put(llvm::StringRef Path, llvm::StringRef Content);

private:
  llvm::StringMap<FileState> Known, Edited;
};

class ReadLog {
public:
  void saw(llvm::StringRef Path, FileState What);
  /// Forgets the paths that start with \p Prefix: temporary files.
  void forget(llvm::StringRef Prefix);
  void clear() { Seen.clear(); }
  void add(const ReadLog &Other);
  bool holds(FileStates &Now) const;
  /// The files whose text was read, sorted.
  std::vector<std::string> files() const;

  /// One line per path, then an empty one. A path with a line end in it makes
  /// a text that take() refuses.
  std::string text() const;
  /// Takes what text() wrote from the front of \p Text; the empty line goes,
  /// too, when the lines before it make no sense and the answer is false.
  bool take(llvm::StringRef &Text);

private:
  std::map<std::string, FileState, std::less<>> Seen;
};

/// \p Base, with all that is asked of it entered in \p Log, which outlives it.
llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem>
logged(llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> Base, ReadLog &Log);

} // namespace ungil

#endif
