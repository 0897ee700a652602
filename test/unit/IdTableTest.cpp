//===- IdTableTest.cpp ----------------------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/IdTable.h"
#include <gtest/gtest.h>
#include <string>
#include <vector>

using namespace ungil;

namespace {

/// Words numbered in order of first use.
struct Words {
  std::vector<std::string> All;
  IdTable Numbers;

  std::pair<uint32_t, bool> add(const std::string &Word, size_t Hash) {
    auto Result = Numbers.insert(Hash, All.size(),
                                 [&](uint32_t I) { return All[I] == Word; });
    if (Result.second)
      All.push_back(Word);
    return Result;
  }
};

TEST(IdTable, EqualThingsHaveOneNumber) {
  Words W;
  EXPECT_EQ(W.add("a", hashOf("a")), std::pair(0u, true));
  EXPECT_EQ(W.add("b", hashOf("b")), std::pair(1u, true));
  EXPECT_EQ(W.add("a", hashOf("a")), std::pair(0u, false));
}

TEST(IdTable, GrowsAndForgetsNothing) {
  Words W;
  for (int I = 0; I != 5000; ++I)
    W.add(std::to_string(I), hashOf(std::to_string(I)));
  for (uint32_t I = 0; I != 5000; ++I)
    ASSERT_EQ(W.add(std::to_string(I), hashOf(std::to_string(I))),
              std::pair(I, false));
}

TEST(IdTable, ThingsOfOneHashAreToldApart) {
  Words W;
  for (int I = 0; I != 100; ++I)
    W.add(std::to_string(I), 7);
  EXPECT_EQ(W.All.size(), 100u);
  EXPECT_EQ(W.add("42", 7), std::pair(42u, false));
}

TEST(IdTable, LooksUpWithoutAdding) {
  IdTable Numbers;
  auto Any = [](uint32_t) { return true; };
  EXPECT_EQ(Numbers.lookUp(hashOf("a"), Any), IdTable::Free);
  Numbers.insert(hashOf("a"), 3, Any);
  EXPECT_EQ(Numbers.lookUp(hashOf("a"), Any), 3u);
  EXPECT_EQ(Numbers.lookUp(hashOf("b"), Any), IdTable::Free);
}

} // namespace
