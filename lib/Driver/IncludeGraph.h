//===- IncludeGraph.h - who includes whom, by text --------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Without a build nobody says which files belong to the extension. This scan
// of #include lines (each file read once, no preprocessing, both arms of an
// #if) answers: does a file reach Python.h, which folders of the tree must be
// searched for its headers, is it C++, which of two sources share a header.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_DRIVER_INCLUDEGRAPH_H
#define UNGIL_DRIVER_INCLUDEGRAPH_H

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include <set>
#include <string>
#include <vector>

namespace ungil {

struct IncludeLine {
  std::string Name; ///< between the quotes or brackets
  bool Angled = false;
  bool Conditional = false; ///< inside an #if
};

/// What the text of one file shows.
struct FileText {
  bool Read = false;   ///< false: not a regular file, not readable, no text
  bool Python = false; ///< includes Python.h or a binding tool itself
  bool NamesPyObject = false;
  bool Cxx = false;        ///< has text that is only C++
  bool Cxx20 = false;      ///< has text that needs C++20
  bool LimitedApi = false; ///< defines Py_LIMITED_API itself
  std::vector<IncludeLine> Includes;
  std::set<std::string> Tested;  ///< names in #if, #ifdef and #elif
  std::set<std::string> Defined; ///< names of #define
};

/// Scans \p Text; exposed for tests.
FileText scanText(llvm::StringRef Text);

using FileIndex = unsigned;

class IncludeGraph {
public:
  /// \p Files: all C and C++ files of the tree, canonical.
  explicit IncludeGraph(const std::vector<std::string> &Files);

  /// Index of \p File, added to the graph when it is new.
  FileIndex add(llvm::StringRef File);
  const std::string &name(FileIndex I) const { return Nodes[I].Name; }
  const FileText &text(FileIndex I);

  /// Files of the tree \p I includes itself; sorted.
  const std::vector<FileIndex> &includes(FileIndex I);
  /// Files of the tree that \p I includes unconditionally.
  const std::vector<FileIndex> &unconditional(FileIndex I);
  /// \p I and all files of the tree it reaches.
  const std::set<FileIndex> &closure(FileIndex I);

  bool reachesPython(FileIndex I);
  /// Does the text of \p I, or of a header it reaches, satisfy \p Flag?
  bool any(FileIndex I, bool FileText::*Flag);

  /// Folders that must be searched for the headers \p I reaches, nearest
  /// first. Only folders that answer an #include some file really has.
  std::vector<std::string> searchFolders(FileIndex I);

private:
  struct Node {
    std::string Name;
    bool Scanned = false, Resolved = false, Closed = false;
    FileText Text;
    std::vector<FileIndex> Includes, Unconditional;
    std::vector<std::string> Folders; ///< that the search had to look in
    std::set<FileIndex> Closure;
  };

  void resolve(FileIndex I);
  void resolveOne(Node &From, const IncludeLine &Line);
  std::vector<FileIndex> bySuffix(llvm::StringRef From, llvm::StringRef Name);
  bool isSystem(llvm::StringRef Name);

  std::vector<Node> Nodes;
  llvm::StringMap<FileIndex> ByPath;
  llvm::StringMap<std::vector<FileIndex>> ByName; ///< last component
  llvm::StringMap<bool> System;                   ///< <name> is in /usr/include
};

} // namespace ungil

#endif
