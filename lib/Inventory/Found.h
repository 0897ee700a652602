//===- Found.h - which findings are about a place ---------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A verdict on a place becomes a finding at the access it tells; several
// verdicts may share one. This index leads back from the verdict.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_INVENTORY_FOUND_H
#define UNGIL_INVENTORY_FOUND_H

#include "Link/Program.h"
#include "Report/Finding.h"
#include "Rules/Rules.h"
#include "llvm/ADT/ArrayRef.h"
#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace ungil {

class FoundIndex {
public:
  using List = std::vector<const Finding *>;

  FoundIndex(const Program &P, const FindingList &Findings) {
    for (const Finding &F : Findings) {
      // Other rules name a place, too, and do not judge who uses it.
      const RuleInfo *Rule = findRule(F.Rule);
      if (F.About.Entity == None || !Rule ||
          Rule->Tags.find("data-race") == std::string_view::npos)
        continue;
      ByEntity[F.About.Entity].push_back(&F);
      BySite[{F.About.Function, F.About.Event}].push_back(&F);
      if (F.Rule == "object-field")
        OfStructure[{P.entity(F.About.Entity).Parent, F.About.Function}]
            .push_back(&F);
    }
  }

  /// The findings about each place or field.
  const std::map<EntityId, List> &all() const { return ByEntity; }

  /// All findings about \p Entity.
  const List &about(EntityId Entity) const { return at(ByEntity, Entity); }

  /// Those told at \p At.
  const List &toldAt(Site At) const {
    return at(BySite, {At.Function, At.Event});
  }

  /// The one of object-field that speaks of all fields of \p Record that
  /// \p Function leaves unprotected.
  const List &ofStructure(EntityId Record, FunctionId Function) const {
    return at(OfStructure, {Record, Function});
  }

private:
  template <class Map>
  static const List &at(const Map &Lists, typename Map::key_type Key) {
    static const List Nothing;
    auto It = Lists.find(Key);
    return It == Lists.end() ? Nothing : It->second;
  }

  std::map<EntityId, List> ByEntity;
  std::map<std::pair<FunctionId, EventId>, List> BySite;
  std::map<std::pair<EntityId, FunctionId>, List> OfStructure;
};

} // namespace ungil

#endif
