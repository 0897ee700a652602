//===- PathTable.h - every path of a program once ---------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Equal paths have equal numbers: Merge sees to it for those of the facts, and
// Program::intern for those that Link makes.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_LINK_PATHTABLE_H
#define UNGIL_LINK_PATHTABLE_H

#include "Facts/Facts.h"
#include "Support/IdTable.h"
#include <utility>
#include <vector>

namespace ungil {

class PathTable {
public:
  /// The number of \p New in \p All, which this table knows; added if need be.
  template <class P> PathId intern(std::vector<Path> &All, P &&New) {
    if (Index.empty()) // of facts that no Merge has made
      for (PathId I = 0; I != All.size(); ++I)
        find(All, All[I], I);
    auto [Id, Added] = find(All, New, All.size());
    if (Added)
      All.push_back(std::forward<P>(New));
    return Id;
  }

private:
  std::pair<PathId, bool> find(const std::vector<Path> &All, const Path &P,
                               PathId New) {
    size_t Hash = hashOf(P.Index, static_cast<size_t>(P.Root));
    for (const Step &S : P.Steps)
      Hash = hashOf(S.Field, hashOf(static_cast<uint64_t>(S.Kind), Hash));
    return Index.insert(Hash, New, [&](PathId I) { return All[I] == P; });
  }

  IdTable Index;
};

} // namespace ungil

#endif
