//===- AnalyseFuzz.cpp - facts no parse would make
//--------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// Link and rules run in the process of the scan: what a summary holds must not
// end it.

#include "Api/Api.h"
#include "Facts/Serialize.h"
#include "Fuzz.h"
#include "Link/Link.h"
#include "Rules/Rules.h"
#include <utility>
#include <vector>

FUZZ(Text) {
  std::vector<ungil::TuFacts> Units(1);
  if (!ungil::deserialize(Text, Units.front()))
    return;
  ungil::Program Linked = ungil::link(std::move(Units), ungil::Api::builtin());
  for (const ungil::RuleInfo &Rule : ungil::allRules())
    if (Rule.Run)
      (void)Rule.Run(Linked);
}
