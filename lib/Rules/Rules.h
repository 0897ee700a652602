//===- Rules.h - the rules and their pages ----------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One table of all rules, written by CMake from the folders of rules/: the
// front matter and text of rule.md, and the function in the folder's sources.
// A new rule is a new folder and edits nothing else (docs/adding-a-rule.md).
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_RULES_H
#define UNGIL_RULES_RULES_H

#include "Report/RuleInfo.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include <string>
#include <string_view>
#include <vector>

namespace ungil {

/// Sorted by id.
const std::vector<RuleInfo> &allRules();

/// The rule called \p Id, with or without `ungil-`; null if there is none.
const RuleInfo *findRule(std::string_view Id);

/// The rule \p Id may be a misspelling of; null when nothing is near.
const RuleInfo *nearestRule(std::string_view Id);

/// The error for an id no rule has.
llvm::Error unknownRule(std::string_view Id);

/// The rules \p Select names (all when empty) without those \p Ignore names.
/// An id no rule has is an error.
llvm::Expected<std::vector<const RuleInfo *>>
selectRules(llvm::ArrayRef<std::string> Select,
            llvm::ArrayRef<std::string> Ignore);

/// The page as `ungil explain` prints it and docs/rules holds it.
std::string rulePage(const RuleInfo &Rule);

/// docs/rules/README.md: every rule with its summary.
std::string ruleIndex();

} // namespace ungil

#endif
