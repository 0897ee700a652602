//===- Selection.h - which files belong to the extension --------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A tree holds more than the extension: test programs, tools, a whole C
// library it wraps. A file is in when it reaches Python.h, or implements a
// header that a file already in uses; a header is analysed on its own when no
// file that is in includes it.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_DRIVER_SELECTION_H
#define UNGIL_DRIVER_SELECTION_H

#include "Driver/Driver.h"
#include "Driver/IncludeGraph.h"
#include <map>
#include <set>
#include <vector>

namespace ungil {

struct Selection {
  std::map<FileIndex, std::string> In;  ///< with the reason
  std::map<FileIndex, std::string> Out; ///< with the reason
  bool NoPython = false;                ///< nothing readable reaches Python.h
};

/// Decides over \p Sources. Those in \p Named are in whatever they include.
/// \p Built sources have a command of their own and so are units even when
/// another source includes them.
Selection selectSources(IncludeGraph &Graph, const std::set<FileIndex> &Sources,
                        const std::set<FileIndex> &Named,
                        const std::set<FileIndex> &Built);

/// Adds to \p S the headers that must be analysed on their own.
void selectHeaders(IncludeGraph &Graph, const std::set<FileIndex> &Headers,
                   const std::set<FileIndex> &Named, Selection &S);

} // namespace ungil

#endif
