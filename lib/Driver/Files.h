//===- Files.h - paths, suffixes and folder walks ---------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the driver knows about files without reading them: canonical names,
// what a suffix means, which folders hold no source of the extension, and a
// sorted, bounded walk.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_DRIVER_FILES_H
#define UNGIL_DRIVER_FILES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <string>
#include <vector>

namespace ungil {

/// What a suffix says. A Fragment (`.inc`, `.tpp`) is text for #include and
/// is analysed alone only when the user names it.
enum class FileKind : uint8_t { Other, C, Cxx, Header, Fragment };
FileKind kindOf(llvm::StringRef Path);
inline bool isSource(FileKind K) {
  return K == FileKind::C || K == FileKind::Cxx;
}
/// `.hpp`, `.hh`, `.hxx`: C++ whatever the text says.
bool hasCxxHeaderSuffix(llvm::StringRef Path);

/// Absolute, without `.` and `..`, symbolic links of the folder resolved; the
/// last component stays as it is, so that a linked file keeps its name.
std::string canonical(llvm::StringRef Path);
/// As canonical(), relative to \p Directory.
std::string canonical(llvm::StringRef Path, llvm::StringRef Directory);
/// Resolves the last component too.
std::string canonicalFolder(llvm::StringRef Path);

/// Is \p File the folder \p Folder or below it? Both canonical.
bool isWithin(llvm::StringRef File, llvm::StringRef Folder);
bool isWithinAny(llvm::StringRef File, llvm::ArrayRef<std::string> Folders);

/// As isWithin(), when all links are followed: would writing \p File change
/// something in \p Folder?
bool isReallyWithin(llvm::StringRef File, llvm::StringRef Folder);

/// The deepest folder that holds all \p Paths, files or folders; empty when
/// there are none.
std::string folderAround(llvm::ArrayRef<std::string> Paths);

/// Length of the common leading folders of two canonical paths.
size_t commonFolder(llvm::StringRef A, llvm::StringRef B);

/// `/`-joined.
std::string joinPath(llvm::StringRef Folder, llvm::StringRef Name);

bool isRegularFile(llvm::StringRef Path);
/// Is \p Text no source at all: a NUL early on?
inline bool isBinary(llvm::StringRef Text) {
  return Text.take_front(8192).contains('\0');
}
bool isFolder(llvm::StringRef Path);

/// Nearest folder at or above \p Folder that holds `.git`; empty: none.
std::string gitTop(llvm::StringRef Folder);
/// The git top level, else the nearest folder with a Python project file
/// (setup.py, pyproject.toml, ...), else \p Folder.
std::string projectTop(llvm::StringRef Folder);

/// Does a component of \p File below \p Folder name a tests folder?
bool isInTests(llvm::StringRef File, llvm::StringRef Folder);
/// Does a component of \p File below \p Folder name other people's code?
bool isVendored(llvm::StringRef File, llvm::StringRef Folder);

struct Listing {
  std::vector<std::string> Files; ///< C and C++ by suffix; sorted
  unsigned Cython = 0;            ///< `.pyx` files seen
  bool Truncated = false;         ///< the walk stopped at its bound
};

/// Walks \p Folder breadth first, in sorted order, without following links to
/// folders and without build folders, environments and version control.
/// Stops after \p MaxEntries directory entries. \p Skip is not entered.
Listing listTree(llvm::StringRef Folder, unsigned MaxEntries,
                 llvm::ArrayRef<std::string> Skip = {});

/// Names in \p Folder, sorted; empty if it cannot be read.
std::vector<std::string> entriesOf(llvm::StringRef Folder);

} // namespace ungil

#endif
