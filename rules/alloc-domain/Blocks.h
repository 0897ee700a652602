//===- Blocks.h - where allocated blocks go ---------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Follows every block from the call that allocates it, through locals, fields
// (by field, whatever the object), globals, parameters and results, over the
// whole extension. Order does not matter outside of a function: a field holds
// every block that is ever stored into it.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_ALLOCDOMAIN_BLOCKS_H
#define UNGIL_RULES_ALLOCDOMAIN_BLOCKS_H

#include "Link/Program.h"
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

namespace ungil::rules {

/// A store or way that blocks pass through.
struct Spot {
  enum Kind : uint8_t {
    Field,  ///< A: field or place; B: how often it is dereferenced
    Param,  ///< A: function; B: parameter
    Target, ///< what parameter B of function A points to (`*out = p`)
    Result, ///< what function A returns
    Local,  ///< element or field of local B of function A
  };
  Kind What = Field;
  uint32_t A = None, B = 0;
  auto operator<=>(const Spot &) const = default;
};

class Blocks {
public:
  explicit Blocks(const Program &P);

  /// Allocating calls whose block \p O may be, at an event of \p F.
  std::set<Site> from(FunctionId F, const Origin &O) const;

  /// May the block of \p Made be a Python object: initialised as one, or held
  /// by something declared as a pointer to one?
  bool isObject(Site Made) const { return Objects.count(Made); }

  /// Is it initialised as one by PyObject_Init()?
  bool isInitialised(Site Made) const { return Initialised.count(Made); }

  /// Fields and places that hold the block.
  std::set<EntityId> holders(Site Made) const;

  /// Does the function that makes the block store it where \p O, at an event
  /// of \p F, is loaded from?
  bool storedDirectly(Site Made, FunctionId F, const Origin &O) const;

  /// What the data says of an allocating, resizing or freeing call that is
  /// not placement new; null for all others.
  const ApiFunction *allocator(const Event &Call) const;

private:
  class Flow;
  /// One of the two, or none.
  struct Source {
    std::optional<Spot> At;
    std::optional<Site> Made;
  };
  Source source(FunctionId F, const Origin &O) const;
  const std::set<Site> &at(const Spot &Where) const;
  bool spotOf(FunctionId F, const Path &Where, Spot &Out) const;
  void markObjects();
  void mark(const std::set<Site> &Which) {
    Objects.insert(Which.begin(), Which.end());
  }

  const Program &P;
  std::map<Spot, std::set<Site>> Held;
  std::map<Spot, std::set<Site>> Direct; ///< stored by the function itself
  std::map<Site, std::set<EntityId>> Holders;
  std::set<Site> Objects, Initialised;
  std::vector<Site> ObjectBinds; ///< of locals that point to Python objects
};

} // namespace ungil::rules

#endif
