//===- ListsFuzz.cpp - baselines and lists of reviewed variables
//------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fuzz.h"
#include "Report/Baseline.h"
#include "Rules/Reviewed.h"
#include <cstdlib>

FUZZ(Text) {
  (void)check(ungil::parseReviewed(Text, "reviewed.tsv"));
  auto Known = check(ungil::parseBaseline(Text, "baseline.txt"));
  if (!Known)
    return;
  std::string Written = ungil::baselineText(*Known);
  auto Again = check(ungil::parseBaseline(Written, "baseline.txt"));
  if (!Again || ungil::baselineText(*Again) != Written)
    std::abort();
}
