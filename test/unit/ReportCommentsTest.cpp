//===- ReportCommentsTest.cpp - what comments say -------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Facts/Comments.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace ungil;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

namespace {

CommentFact only(std::string_view Text) {
  std::vector<CommentFact> Facts = parseComment(Text);
  EXPECT_THAT(Facts, SizeIs(1)) << Text;
  return Facts.empty() ? CommentFact() : Facts.front();
}

TEST(ReportComments, Ignore) {
  CommentFact F = only("// ungil: ignore[borrowed-ref, shared-global] why not");
  EXPECT_EQ(F.Kind, CommentKind::Ignore);
  EXPECT_THAT(F.Rules, ElementsAre("borrowed-ref", "shared-global"));
  EXPECT_EQ(F.Reason, "why not");
}

TEST(ReportComments, IgnoreInABlockComment) {
  CommentFact F = only("/* ungil:ignore[ungil-lazy-init] set once */");
  EXPECT_THAT(F.Rules, ElementsAre("lazy-init"));
  EXPECT_EQ(F.Reason, "set once");
}

TEST(ReportComments, IgnoreFile) {
  CommentFact F = only("// ungil: ignore-file[alloc-domain]");
  EXPECT_EQ(F.Kind, CommentKind::IgnoreFile);
  EXPECT_THAT(F.Rules, ElementsAre("alloc-domain"));
}

TEST(ReportComments, IgnoreWithoutListMeansAll) {
  CommentFact F = only("// ungil: ignore the table is frozen");
  EXPECT_THAT(F.Rules, IsEmpty());
  EXPECT_EQ(F.Reason, "the table is frozen");
}

TEST(ReportComments, NotIgnores) {
  for (const char *Text :
       {"// ungil: ignored", "// ungil: ignore-files[x]",
        "// gungil: ignore[x]", "// write `ungil: ignore[x]` there",
        "// ungil: ignore[]", "// ungil ignores this", "//"})
    EXPECT_THAT(parseComment(Text), IsEmpty()) << Text;
}

TEST(ReportComments, NoLint) {
  EXPECT_THAT(only("// NOLINT").Rules, IsEmpty());
  CommentFact F = only("// NOLINT(bugprone-x, ungil-borrowed-ref): fine");
  EXPECT_EQ(F.Kind, CommentKind::NoLint);
  EXPECT_THAT(F.Rules, ElementsAre("borrowed-ref"));
  EXPECT_EQ(F.Reason, "fine");
  EXPECT_THAT(only("// NOLINT(ungil-*)").Rules, ElementsAre("*"));
  EXPECT_THAT(only("// NOLINT(ungil)").Rules, ElementsAre("*"));
  EXPECT_THAT(only("// NOLINT(*)").Rules, ElementsAre("*"));
  EXPECT_EQ(only("// NOLINTNEXTLINE(ungil-x)").Kind,
            CommentKind::NoLintNextLine);
  EXPECT_EQ(only("// NOLINTBEGIN(ungil-x)").Kind, CommentKind::NoLintBegin);
  EXPECT_EQ(only("/* NOLINTEND(ungil-x) */").Kind, CommentKind::NoLintEnd);
}

TEST(ReportComments, NoLintOfOthers) {
  EXPECT_THAT(parseComment("// NOLINT(bugprone-branch-clone)"), IsEmpty());
  EXPECT_THAT(parseComment("// NOLINTS"), IsEmpty());
  EXPECT_THAT(parseComment("// XNOLINT"), IsEmpty());
}

TEST(ReportComments, NoQa) {
  CommentFact F = only("// noqa: borrowed-ref OK");
  EXPECT_EQ(F.Kind, CommentKind::NoQa);
  EXPECT_THAT(F.Rules, ElementsAre("borrowed-ref", "dict-iteration"));
  EXPECT_EQ(only("/* noqa: borrowed-ref */").Kind, CommentKind::NoQa);
  EXPECT_THAT(parseComment("// noqa: borrowed-ref - manual fix needed"),
              IsEmpty());
  EXPECT_THAT(parseComment("// noqa: E501"), IsEmpty());
}

TEST(ReportComments, SeveralInOne) {
  EXPECT_THAT(parseComment("// ungil: ignore[a] NOLINT(ungil-b)"), SizeIs(2));
  EXPECT_THAT(parseComment("/* ungil: ignore[a]\n * ungil: ignore[b] */"),
              SizeIs(2));
}

TEST(ReportComments, PromisesOfTheGil) {
  for (const char *Text :
       {"// protected by the GIL", "// We hold the GIL here, so this is safe.",
        "/* The GIL\n * protects this table. */", "// must be under the GIL",
        "// relies on the GIL for atomicity",
        "// safe because of the global interpreter lock",
        "// See cache.c. The GIL serializes access."})
    EXPECT_EQ(only(Text).Kind, CommentKind::MentionsGil) << Text;
  EXPECT_EQ(only("// See cache.c. The GIL guards it. Really.").Reason,
            "The GIL guards it");
}

TEST(ReportComments, OtherWordsAboutTheGil) {
  for (const char *Text :
       {"// release the GIL", "// safe without the GIL",
        "// we do not hold the GIL", "// drop the GIL around the read",
        "// GILES holds the lock", "// mGIL protects",
        "// the mutex protects this", "// interpreter"})
    EXPECT_THAT(parseComment(Text), IsEmpty()) << Text;
}

} // namespace
