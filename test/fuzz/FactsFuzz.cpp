//===- FactsFuzz.cpp - bytes that claim to be facts
//-------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Facts/Serialize.h"
#include "Fuzz.h"
#include <cstdlib>

FUZZ(Text) {
  ungil::TuFacts Facts;
  if (!ungil::deserialize(Text, Facts))
    return;
  // What was accepted is said the same way again.
  ungil::TuFacts Again;
  std::string Bytes = ungil::serialize(Facts);
  if (!ungil::deserialize(Bytes, Again) || ungil::serialize(Again) != Bytes)
    std::abort();
}
