//===- ReportFinalizeTest.cpp - order, fingerprints and verdict -----------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ReportTesting.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace ungil;
using ::testing::ElementsAre;
using ::testing::SizeIs;
using ungil::testing::Sample;

namespace {

TEST(ReportFinalize, SortsByPathOffsetRule) {
  Sample S;
  FileId B = S.file("/src/b.c", "one two\n");
  FileId A = S.file("/src/a.c", "one two\n");
  S.finding("y", S.range(B, "one"));
  S.finding("y", S.range(A, "two"));
  S.finding("y", S.range(A, "one"));
  S.finding("x", S.range(A, "two"));
  finalize(S.R, S.Sources);
  std::string Order;
  for (const Finding &F : S.R.Findings)
    Order +=
        S.text(F.Range.File) + std::to_string(F.Range.Column) + F.Rule + " ";
  EXPECT_EQ(Order, "/src/a.c1y /src/a.c5x /src/a.c5y /src/b.c1y ");
}

TEST(ReportFinalize, DropsDuplicatesAndKeepsTheSurer) {
  Sample S;
  FileId A = S.file("/src/a.h", "one\n");
  S.finding("x", S.range(A, "one"), Confidence::Low);
  S.finding("x", S.range(A, "one"), Confidence::High);
  S.finding("x", S.range(A, "one")).Entity = "other";
  finalize(S.R, S.Sources);
  ASSERT_THAT(S.R.Findings, SizeIs(2));
  EXPECT_EQ(S.R.Findings[0].Conf, Confidence::High);
}

std::string printOf(const std::string &Text, const std::string &Entity = "e") {
  Sample S;
  FileId A = S.file("/src/a.c", Text);
  S.finding("x", S.range(A, "bad")).Entity = Entity;
  finalize(S.R, S.Sources);
  return S.R.Findings[0].Fingerprint;
}

TEST(ReportFinalize, FingerprintIsOfContent) {
  std::string Print = printOf("  bad( 1 );\n");
  EXPECT_EQ(Print.size(), 20u);
  EXPECT_EQ(Print, printOf("int added;\n\n\tbad(  1 );\r\n"));
  EXPECT_NE(Print, printOf("bad(2);\n"));
  EXPECT_NE(Print, printOf("  bad( 1 );\n", "f"));
}

TEST(ReportFinalize, LikeFindingsHaveDifferentFingerprints) {
  Sample S;
  FileId A = S.file("/src/a.c", "bad();\nbad();\n");
  S.finding("x", S.range(A, "bad"));
  S.finding("x", S.range(A, "bad", 1));
  finalize(S.R, S.Sources);
  EXPECT_NE(S.R.Findings[0].Fingerprint, S.R.Findings[1].Fingerprint);
}

TEST(ReportFinalize, TwiceIsOnce) {
  Sample S;
  FileId A = S.file("/src/a.c", "bad();\nbad();\n");
  S.finding("x", S.range(A, "bad"));
  S.finding("x", S.range(A, "bad", 1));
  finalize(S.R, S.Sources);
  std::string Second = S.R.Findings[1].Fingerprint;
  S.R.Findings.erase(S.R.Findings.begin());
  finalize(S.R, S.Sources);
  EXPECT_EQ(S.R.Findings[0].Fingerprint, Second);
}

std::string verdictOf(void (*Change)(Sample &)) {
  Sample S;
  S.file("/src/a.c", "bad();\n");
  Change(S);
  finalize(S.R, S.Sources);
  return S.R.Verdict;
}

TEST(ReportFinalize, Verdict) {
  EXPECT_EQ(verdictOf([](Sample &) {}), "ready");
  EXPECT_EQ(verdictOf([](Sample &S) {
              S.finding("x", S.range(0, "bad"), Confidence::Medium);
            }),
            "not-ready");
  EXPECT_EQ(verdictOf([](Sample &S) {
              S.finding("x", S.range(0, "bad"), Confidence::Low);
            }),
            "ready-with-notes");
  EXPECT_EQ(verdictOf([](Sample &S) {
              S.finding("x", S.range(0, "bad")).Sev = Severity::Note;
            }),
            "ready-with-notes");
  EXPECT_EQ(verdictOf([](Sample &S) {
              S.R.Answers.push_back({Finding(), "comment", "as meant"});
            }),
            "ready-with-notes");
  EXPECT_EQ(verdictOf([](Sample &S) { S.R.Cover.WithErrors = 1; }),
            "ready-with-notes");
  EXPECT_EQ(verdictOf([](Sample &S) { S.R.Cover.RulesOff = {"lazy-init"}; }),
            "ready-with-notes");
  EXPECT_EQ(verdictOf([](Sample &S) { S.R.Cover = Coverage(); }), "unknown");
  EXPECT_EQ(verdictOf([](Sample &S) { S.R.Cover.Parsed = 0; }), "unknown");
  EXPECT_EQ(verdictOf([](Sample &S) { S.R.Cover.Analysed = 1; }), "unknown");
  EXPECT_EQ(verdictOf([](Sample &S) {
              S.R.Cover.Parsed = 0;
              S.finding("x", S.range(0, "bad"));
            }),
            "not-ready");
}

TEST(ReportFinalize, VerdictSaysWhy) {
  Sample S;
  S.R.Cover.Files = 3;
  FileId A = S.file("/src/a.c", "one two\n");
  S.finding("x", S.range(A, "one"));
  S.finding("x", S.range(A, "two"), Confidence::Low);
  finalize(S.R, S.Sources);
  EXPECT_THAT(S.R.Because,
              ElementsAre("1 finding of medium or high confidence",
                          "2 files not read",
                          "1 note (low confidence, or of little weight)"));
}

TEST(ReportFinalize, SitesCountWhatIsReported) {
  Sample S;
  FileId A = S.file("/src/a.c", "one two\n");
  S.R.Cover.Sites["x"].Seen = 5;
  S.finding("x", S.range(A, "one"));
  S.finding("x", S.range(A, "two"), Confidence::Low);
  finalize(S.R, S.Sources);
  EXPECT_EQ(S.R.Cover.Sites["x"].Reported, 2u);
  dropBelow(S.R, Confidence::Medium);
  EXPECT_EQ(S.R.Cover.Sites["x"].Seen, 5u);
  EXPECT_EQ(S.R.Cover.Sites["x"].Reported, 1u);
  EXPECT_THAT(S.R.Findings, SizeIs(1));
}

TEST(ReportFinalize, FindingsWithoutAFile) {
  Sample S;
  S.finding("x", SourceRange());
  finalize(S.R, S.Sources);
  EXPECT_EQ(S.R.Findings[0].Fingerprint.size(), 20u);
}

} // namespace
