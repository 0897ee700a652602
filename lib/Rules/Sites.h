//===- Sites.h - how much a rule had to look at -----------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Silence says more when one knows what was looked at. A rule names the kind
// of its sites in the front matter of its page (`sites: borrows`); they are
// counted here, over the whole extension, whatever the rule says of them.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_SITES_H
#define UNGIL_RULES_SITES_H

#include "Link/Program.h"
#include "Report/RuleInfo.h"

namespace ungil {

/// How many sites \p Rule looks at in \p P; 0 for a rule that names no kind.
uint32_t countSites(const Program &P, const RuleInfo &Rule);

/// Can sites of kind \p Kind be counted?
bool isSiteKind(std::string_view Kind);

} // namespace ungil

#endif
