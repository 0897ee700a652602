//===- ReportNamesTest.cpp - names that may leave the machine -------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Report/Names.h"
#include "Report/Protections.h"
#include "gtest/gtest.h"

using namespace ungil;

namespace {

TEST(ReportNames, NoPathOfTheMachineIsShared) {
  Report R;
  R.Root = "/home/me/project";
  R.Files = {"/home/me/project/src/a.c", "/usr/include/x.h"};
  EXPECT_EQ(sharedName(R, FileId(0)), "src/a.c");
  EXPECT_EQ(sharedName(R, FileId(1)), "x.h");
  EXPECT_EQ(sharedName(R, NoFile), "");
  EXPECT_EQ(sharedText(R, "cannot read '/usr/include/x.h': a/b is 1/2"),
            "cannot read 'x.h': a/b is 1/2");
  EXPECT_EQ(sharedText(R, "struct (unnamed at /home/me/project/src/a.c:7:1)"),
            "struct (unnamed at src/a.c:7:1)");
  EXPECT_EQ(sharedText(R, "/opt/python"), "python");
  EXPECT_EQ(sharedText(R, "a / b"), "a / b");
}

TEST(ReportNames, NothingInATableIsMarkup) {
  EXPECT_EQ(markdown("a|b <i>*c*"), "a\\|b \\<i\\>\\*c\\*");
}

TEST(ReportNames, ProtectionsAreInTheirOrder) {
  for (size_t I = 0; I != protections().size(); ++I)
    EXPECT_EQ(static_cast<size_t>(protections()[I].How), I);
  EXPECT_EQ(protections().back().How, Protection::Immutable);
}

} // namespace
