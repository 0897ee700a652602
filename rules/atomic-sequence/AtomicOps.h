//===- AtomicOps.h - atomic accesses of one function ------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Atomic loads and stores however they are written: `_Atomic` variables,
// builtins, std::atomic, functions of the API, and the project's own helpers
// that do nothing but one such access through a parameter.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_ATOMICSEQUENCE_ATOMICOPS_H
#define UNGIL_RULES_ATOMICSEQUENCE_ATOMICOPS_H

#include "Link/NestedAnswers.h"
#include "Link/Program.h"
#include <map>
#include <optional>
#include <vector>

namespace ungil::rules {

struct AtomicOp {
  enum Kind : uint8_t { Load, Store, Update };
  EventId At = None;
  Kind What = Load;
  Path Where;                 ///< canonical
  std::vector<Origin> Stored; ///< Store: what the value may be
};

class AtomicOps {
public:
  explicit AtomicOps(const Program &P) : P(P), Asked(P.Functions.size()) {}

  /// In the order of events; one for each place an access may name.
  std::vector<AtomicOp> of(FunctionId F);

private:
  /// What a helper does through one of its parameters.
  struct Helper {
    AtomicOp::Kind What = AtomicOp::Load;
    unsigned Through = 0;
    std::optional<unsigned> Value;
  };

  void addCall(FunctionId F, const KnownCall &Call, std::vector<AtomicOp> &Out);
  std::optional<Helper> helper(FunctionId F);

  const Program &P;
  NestedAnswers Nested;
  std::vector<bool> Asked; ///< by function: is it a helper?
  std::map<FunctionId, Helper> Helpers;
};

/// The field or static place that \p Where ends with; None without a name.
EntityId nameOf(const Path &Where);

} // namespace ungil::rules

#endif
