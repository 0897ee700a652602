//===- ReportBaselineTest.cpp - findings that are known -------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Report/Baseline.h"
#include "Report/Changes.h"
#include "ReportTesting.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace ungil;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using ungil::testing::Sample;

namespace {

/// One file with a finding at each `bad`, in the function whose name stands in
/// front of the line: `f: bad(x);`.
struct Case : Sample {
  explicit Case(const std::string &Text, const std::string &Path = "/src/a.c",
                Confidence Conf = Confidence::High) {
    FileId File = file(Path, Text);
    for (size_t At = Text.find("bad"), N = 0; At != std::string::npos;
         At = Text.find("bad", At + 1), ++N) {
      Finding &F = finding("borrowed-ref",
                           range(File, "bad", static_cast<unsigned>(N)), Conf);
      F.Entity = "x";
      size_t Line = Text.rfind('\n', At) + 1;
      F.Function = Text.substr(Line, Text.find(':', Line) - Line);
    }
    finalize(R, Sources);
  }

  Baseline baseline() const { return baselineOf(R); }

  /// How many findings are left.
  size_t against(const Baseline &Known) {
    applyBaseline(R, Known, Confidence::Medium);
    return R.Findings.size();
  }
};

constexpr std::string_view Rules[] = {"borrowed-ref"};

TEST(ReportBaseline, MovedLinesAreKnown) {
  Baseline Known = Case("f: bad(1);\ng: bad(2);\n").baseline();
  EXPECT_EQ(Case("f:\tbad(1);  \n").against(Known), 0u);
  EXPECT_EQ(Case("\n\ng: bad(2);\nother\nf: bad(1);\n").against(Known), 0u);
  EXPECT_EQ(Case("f: bad(1);\n", "/src/b.c").against(Known), 0u);
}

TEST(ReportBaseline, RenamedNeighboursChangeNothing) {
  Baseline Known = Case("f: bad(1);\ng: bad(2);\n").baseline();
  Case C("renamed: bad(1);\ng: bad(2);\n");
  EXPECT_EQ(C.against(Known), 1u);
  EXPECT_EQ(C.R.Findings[0].Function, "renamed");
  EXPECT_EQ(C.R.Baselined, 1u);
}

TEST(ReportBaseline, AnEditedLineIsNew) {
  Baseline Known = Case("f: bad(1);\n").baseline();
  EXPECT_EQ(Case("f: bad(1, 2);\n").against(Known), 1u);
}

TEST(ReportBaseline, LikeLinesAreCounted) {
  Baseline Two = Case("f: bad(1);\nf: bad(1);\n").baseline();
  EXPECT_EQ(Case("f: bad(1);\nf: bad(1);\nf: bad(1);\n").against(Two), 1u);
  Case One("f: bad(1);\n");
  EXPECT_EQ(One.against(Two), 0u);
  EXPECT_THAT(goneFrom(One.R, Two, Rules), SizeIs(1));
}

TEST(ReportBaseline, GoneEntries) {
  Baseline Known = Case("f: bad(1);\ng: bad(2);\n").baseline();
  Case C("g: bad(2);\n");
  C.against(Known);
  Baseline Gone = goneFrom(C.R, Known, Rules);
  ASSERT_THAT(Gone, SizeIs(1));
  EXPECT_EQ(Gone[0].Function, "f");
  // The rule did not run.
  EXPECT_THAT(goneFrom(C.R, Known, {}), IsEmpty());
  // Nobody read the file, but it is there.
  C.R.Root = "/dev";
  for (BaselineEntry &E : Known)
    E.File = "null";
  EXPECT_THAT(goneFrom(C.R, Known, Rules), IsEmpty());
  for (BaselineEntry &E : Known)
    E.File = "no/such/file.c";
  EXPECT_THAT(goneFrom(C.R, Known, Rules), SizeIs(1));
}

TEST(ReportBaseline, LowFindingsAreKnownAndNotCounted) {
  Case C("f: bad(1);\n", "/src/a.c", Confidence::Low);
  EXPECT_EQ(C.against(C.baseline()), 0u);
  EXPECT_EQ(C.R.Baselined, 0u);
  EXPECT_THAT(C.R.Matched, SizeIs(1));
}

TEST(ReportBaseline, TheTextComesBack) {
  Case C("g: bad(2);\nf: bad(1);\n");
  C.R.Findings[0].Entity = "";
  C.R.Findings[1].Function = "a\tb";
  Baseline Known = C.baseline();
  Known.push_back(Known[0]); // as after a merge that kept both sides
  std::string Text = baselineText(Known);
  auto Again = parseBaseline(Text, "b.txt");
  ASSERT_TRUE(bool(Again)) << toString(Again.takeError());
  ASSERT_THAT(*Again, SizeIs(2));
  EXPECT_EQ(baselineText(*Again), Text);
  EXPECT_EQ(Case("g: bad(2);\nf: bad(1);\n").against(*Again), 0u);
}

TEST(ReportBaseline, MistakesNameTheLine) {
  auto Says = [](const std::string &Text) {
    auto Result = parseBaseline(Text, "b.txt");
    return Result ? "" : toString(Result.takeError());
  };
  EXPECT_EQ(Says("# comment\n\nr\tf.c\tg\te\t0a1b\r\n"), "");
  EXPECT_THAT(Says("# c\nr f.c g\n"), HasSubstr("b.txt:2: this is no line"));
  EXPECT_THAT(Says("r\tf\tg\te\tnot-hex\n"), HasSubstr("b.txt:1: "));
  EXPECT_THAT(Says("<<<<<<< ours\n"), HasSubstr("merge conflict"));
}

TEST(ReportChanges, LinesOfADiff) {
  ChangedLines Lines = parseDiff("diff --git a/src/a.c b/src/a.c\n"
                                 "--- a/src/a.c\n+++ b/src/a.c\n"
                                 "@@ -3,2 +5 @@ int f(void)\n"
                                 "--- old\n-old\n+++ b/looks like a header\n"
                                 "@@ -9,0 +10,3 @@\n+a\n+b\n+c\n"
                                 "@@ -20 +23,0 @@\n-gone\n"
                                 "diff --git a/b b b/b b\n"
                                 "--- a/b b\t\n+++ b/b b\t\n"
                                 "@@ -1 +1 @@\n-x\n\\ No newline\n+y\n"
                                 "--- a/gone.c\n+++ /dev/null\n"
                                 "@@ -1 +0,0 @@\n-x\n");
  EXPECT_THAT(Lines, SizeIs(2));
  EXPECT_THAT(Lines["src/a.c"], ElementsAre(Pair(5, 5), Pair(10, 12)));
  EXPECT_THAT(Lines["b b"], ElementsAre(Pair(1, 1)));
}

TEST(ReportChanges, WhatIsBroughtOrTouched) {
  Case Before("f: bad(1);\ng: bad(2);\n");
  Change Since;
  for (const Finding &F : Before.R.Findings)
    Since.Before.insert(F.Fingerprint);
  Since.Lines["/src/a.c"] = {{1, 1}};
  Case After("f: bad(1);\ng: bad(2);\nh: bad(3);\n");
  keepChanged(After.R, Since, Confidence::Medium);
  ASSERT_THAT(After.R.Findings, SizeIs(2));
  EXPECT_EQ(After.R.Findings[0].Function, "f"); // touched
  EXPECT_EQ(After.R.Findings[1].Function, "h"); // brought
  EXPECT_EQ(After.R.Unchanged, 1u);
}

} // namespace
