//===- Nearest.cpp - what a misspelt name was meant to be -----------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/Nearest.h"
#include "llvm/ADT/StringRef.h"
#include <algorithm>

using namespace ungil;

std::string_view ungil::nearest(std::string_view Typed,
                                llvm::ArrayRef<std::string_view> Names) {
  // `borrowed` is further from `borrowed-ref` than a typing error is.
  constexpr size_t ShortestPart = 4;
  llvm::StringRef Name(Typed);
  std::string_view Best;
  unsigned BestDistance = static_cast<unsigned>(Name.size() / 2) + 1;
  for (std::string_view Candidate : Names) {
    unsigned Distance = Name.edit_distance_insensitive(Candidate);
    if (Name.size() >= ShortestPart &&
        llvm::StringRef(Candidate).contains_insensitive(Name))
      Distance = std::min(Distance, 1u);
    if (Distance < BestDistance) {
      Best = Candidate;
      BestDistance = Distance;
    }
  }
  return Best;
}
