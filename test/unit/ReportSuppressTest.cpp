//===- ReportSuppressTest.cpp - suppressions and those left over ----------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ReportTesting.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace ungil;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ungil::testing::Sample;

namespace {

SuppressionOptions allRan() {
  SuppressionOptions Options;
  Options.Known = {"borrowed-ref", "dict-iteration", "shared-global",
                   "unused-suppression"};
  Options.Ran = {"borrowed-ref", "dict-iteration", "shared-global"};
  return Options;
}

/// One file with one finding of borrowed-ref at each `bad`.
struct Case : Sample {
  explicit Case(const std::string &Text,
                const std::string &Rule = "borrowed-ref") {
    FileId File = file("/src/a.c", Text);
    for (size_t At = Text.find("bad"), N = 0; At != std::string::npos;
         At = Text.find("bad", At + 1), ++N)
      finding(Rule, range(File, "bad", static_cast<unsigned>(N)));
    finalize(R, Sources);
  }

  Case &apply(const SuppressionOptions &Options = allRan()) {
    applySuppressions(R, comments(), Options, Sources);
    return *this;
  }

  std::vector<std::string> rules() const {
    std::vector<std::string> Ids;
    for (const Finding &F : R.Findings)
      Ids.push_back(F.Rule);
    return Ids;
  }
};

void expectSuppressed(const std::string &Text) {
  Case C(Text);
  C.apply();
  EXPECT_THAT(C.rules(), IsEmpty()) << Text;
  EXPECT_EQ(C.R.Suppressed, 1u) << Text;
}

void expectKept(const std::string &Text) {
  Case C(Text);
  SuppressionOptions Options = allRan();
  Options.ReportUnused = false;
  C.apply(Options);
  EXPECT_THAT(C.rules(), SizeIs(1)) << Text;
  EXPECT_EQ(C.R.Suppressed, 0u) << Text;
}

TEST(ReportSuppress, ReachOfEachSpelling) {
  expectSuppressed("bad(); // ungil: ignore[borrowed-ref] private\n");
  expectSuppressed("// ungil: ignore[borrowed-ref] private\nbad();\n");
  expectSuppressed("/* ungil: ignore[borrowed-ref] */ bad();\n");
  expectSuppressed("/* ungil: ignore[borrowed-ref]\n   long */\nbad();\n");
  expectSuppressed("// ungil: ignore[borrowed-ref] one\n// two\n\n  bad();\n");
  expectSuppressed("// ungil: ignore\nbad();\n");
  expectSuppressed("int x;\nbad();\n// ungil: ignore-file[borrowed-ref]\n");
  expectSuppressed("bad(); // NOLINT(ungil-borrowed-ref)\n");
  expectSuppressed("bad(); // NOLINT(ungil-borrow*)\n");
  expectSuppressed("bad(); // NOLINT\n");
  expectSuppressed("// NOLINTNEXTLINE(ungil-borrowed-ref)\nbad();\n");
  expectSuppressed("// NOLINTBEGIN(ungil-borrowed-ref)\nx;\nbad();\n"
                   "// NOLINTEND(ungil-borrowed-ref)\n");
  expectSuppressed("bad(); // noqa: borrowed-ref OK\n");
}

TEST(ReportSuppress, NotReached) {
  expectKept("bad(); // ungil: ignore[shared-global]\n");
  expectKept("x; // ungil: ignore[borrowed-ref]\nbad();\n");
  expectKept("// ungil: ignore[borrowed-ref]\nx;\nbad();\n");
  expectKept("bad();\n// ungil: ignore[borrowed-ref]\n");
  expectKept("// NOLINT(ungil-borrowed-ref)\nbad();\n");
  expectKept("bad(); // NOLINTNEXTLINE(ungil-borrowed-ref)\n");
  expectKept("// NOLINTBEGIN(ungil-borrowed-ref)\n"
             "// NOLINTEND(ungil-borrowed-ref)\nbad();\n");
  expectKept("// NOLINTBEGIN(ungil-borrowed-ref)\nbad();\n"
             "// NOLINTEND(ungil-shared-global)\n");
  expectKept("bad(); // NOLINT(bugprone-x)\n");
}

TEST(ReportSuppress, OtherFilesAreNotReached) {
  Sample S;
  S.file("/src/a.c", "// ungil: ignore-file\n");
  FileId B = S.file("/src/b.c", "bad();\n");
  S.finding("borrowed-ref", S.range(B, "bad"));
  finalize(S.R, S.Sources);
  SuppressionOptions Options = allRan();
  Options.ReportUnused = false;
  applySuppressions(S.R, S.comments(), Options, S.Sources);
  EXPECT_THAT(S.R.Findings, SizeIs(1));
}

TEST(ReportSuppress, LastLineOfALongStatement) {
  Sample S;
  FileId A =
      S.file("/src/a.c", "call(a,\n b); // ungil: ignore[borrowed-ref]\n");
  S.finding("borrowed-ref", S.range(A, "call(a,\n b)"));
  finalize(S.R, S.Sources);
  applySuppressions(S.R, S.comments(), allRan(), S.Sources);
  EXPECT_THAT(S.R.Findings, IsEmpty());
}

TEST(ReportSuppress, UnusedIsReported) {
  Case C("ok(); // ungil: ignore[borrowed-ref] old\n");
  C.apply();
  ASSERT_THAT(C.R.Findings, SizeIs(1));
  const Finding &F = C.R.Findings[0];
  EXPECT_EQ(F.Rule, "unused-suppression");
  EXPECT_EQ(F.Sev, Severity::Note);
  EXPECT_EQ(F.Conf, Confidence::High);
  EXPECT_EQ(F.Range.Column, 7u);
  EXPECT_THAT(F.Message, HasSubstr("'borrowed-ref'"));
  EXPECT_FALSE(F.Fingerprint.empty());
  EXPECT_EQ(C.R.Verdict, "ready-with-notes");
}

/// The text without the unused suppressions that can be taken out.
std::string cleaned(std::string Text) {
  Case C(Text);
  C.apply();
  for (auto F = C.R.Findings.rbegin(); F != C.R.Findings.rend(); ++F)
    for (const Edit &E : F->Fix.Edits) {
      EXPECT_EQ(F->Fix.How, Applicability::Suggested);
      Text.replace(E.Offset, E.Length, E.Text);
    }
  return Text;
}

TEST(ReportSuppress, UnusedIsTakenOut) {
  EXPECT_EQ(cleaned("ok(); // ungil: ignore[borrowed-ref] old\nx;\n"),
            "ok();\nx;\n");
  EXPECT_EQ(cleaned("ok();\t/* ungil: ignore */\r\nx;"), "ok();\r\nx;");
  EXPECT_EQ(cleaned("a;\n  // ungil: ignore[borrowed-ref]\n  ok();\n"),
            "a;\n  ok();\n");
  EXPECT_EQ(cleaned("/* ungil: ignore-file[borrowed-ref] two\n lines */\nx;"),
            "x;");
  EXPECT_EQ(cleaned("ok(); // ungil: ignore[borrowed-ref, shared-global]"),
            "ok();");
}

TEST(ReportSuppress, WhatSaysMoreStays) {
  for (const char *Text :
       {"ok(); // see below; ungil: ignore[borrowed-ref]\n",
        "/* ungil: ignore[borrowed-ref] */ ok();\n",
        "// ungil: ignore[borrowed-ref] a reason\n// of two lines\nok();\n",
        "bad(); // ungil: ignore[borrowed-ref, shared-global]\n",
        "ok(); // ungil: ignore[borowed-ref]\n",
        "ok(); // NOLINT(ungil-borrowed-ref)\n"})
    EXPECT_EQ(cleaned(Text), Text);
}

TEST(ReportSuppress, OnlyTheUnusedNamesAreReported) {
  Case C("bad(); // ungil: ignore[borrowed-ref, shared-global]\n");
  C.apply();
  ASSERT_THAT(C.R.Findings, SizeIs(1));
  EXPECT_THAT(C.R.Findings[0].Message, HasSubstr("'shared-global'"));
  EXPECT_THAT(C.R.Findings[0].Message, Not(HasSubstr("borrowed-ref")));
}

TEST(ReportSuppress, UnknownNameNamesTheNearest) {
  Case C("bad(); // ungil: ignore[borowed-ref]\n");
  C.apply();
  ASSERT_THAT(C.R.Findings, SizeIs(2));
  std::string Text = C.R.Findings[0].Message + C.R.Findings[1].Message;
  EXPECT_THAT(Text, HasSubstr("did you mean 'borrowed-ref'"));
}

TEST(ReportSuppress, OnlyRulesThatRanCanBeUnused) {
  SuppressionOptions Options = allRan();
  Options.Ran = {"shared-global"};
  EXPECT_THAT(
      Case("ok(); // ungil: ignore[borrowed-ref]\n").apply(Options).rules(),
      IsEmpty());
  EXPECT_THAT(Case("ok(); // ungil: ignore\n").apply(Options).rules(),
              IsEmpty());
  EXPECT_THAT(
      Case("ok(); // ungil: ignore[shared-global]\n").apply(Options).rules(),
      SizeIs(1));
}

TEST(ReportSuppress, CommentsForOthersAreNeverUnused) {
  for (const char *Text :
       {"ok(); // NOLINT\n", "ok(); // NOLINT(*)\n",
        "ok(); // NOLINT(ungil-*)\n", "ok(); // noqa: borrowed-ref OK\n"})
    EXPECT_THAT(Case(Text).apply().rules(), IsEmpty()) << Text;
  EXPECT_THAT(Case("ok(); // NOLINT(ungil-borrowed-ref)\n").apply().rules(),
              SizeIs(1));
  EXPECT_THAT(
      Case("// NOLINTBEGIN(ungil-borrowed-ref)\nok();\n").apply().rules(),
      SizeIs(1));
}

TEST(ReportSuppress, UnusedCanBeSuppressedByName) {
  Case C("// ungil: ignore[unused-suppression] generated\n"
         "ok(); // ungil: ignore[borrowed-ref]\n");
  C.apply();
  EXPECT_THAT(C.rules(), IsEmpty());
  EXPECT_EQ(C.R.Suppressed, 1u);
}

TEST(ReportSuppress, LowFindingsAreAnsweredButNotCounted) {
  Case C("bad(); // ungil: ignore[borrowed-ref]\n");
  C.R.Findings[0].Conf = Confidence::Low;
  C.apply();
  EXPECT_THAT(C.rules(), IsEmpty());
  EXPECT_EQ(C.R.Suppressed, 0u);
}

TEST(ReportSuppress, CopiesOfACommentCountOnce) {
  Case C("ok(); // ungil: ignore[borrowed-ref]\n");
  std::vector<CommentFact> Twice = C.comments();
  Twice.push_back(Twice[0]);
  applySuppressions(C.R, Twice, allRan(), C.Sources);
  EXPECT_THAT(C.R.Findings, SizeIs(1));
}

TEST(ReportSuppress, ReasonsAreNeededWhereAsked) {
  SuppressionOptions Strict = allRan();
  Strict.NeedReasons = true;
  Case Bare("bad(); // ungil: ignore[borrowed-ref]\n");
  ASSERT_THAT(Bare.apply(Strict).rules(), SizeIs(2));
  EXPECT_THAT(Bare.R.Findings[1].Message, HasSubstr("it has no reason"));
  EXPECT_EQ(Bare.R.Suppressed, 0u);
  for (const char *Text :
       {"bad(); // ungil: ignore[borrowed-ref] never leaves\n",
        "/* ungil: ignore-file[borrowed-ref] one thread */\nbad();\n",
        "bad(); // NOLINT(ungil-borrowed-ref): never leaves\n",
        // For other tools, which ask for none.
        "bad(); // NOLINT\n", "bad(); // noqa: borrowed-ref OK\n"})
    EXPECT_THAT(Case(Text).apply(Strict).rules(), IsEmpty()) << Text;
  EXPECT_THAT(
      Case("bad(); // NOLINT(ungil-borrowed-ref)\n").apply(Strict).rules(),
      SizeIs(2));
}

TEST(ReportSuppress, ShownFindingsUseTheirSuppressions) {
  SuppressionOptions Show = allRan();
  Show.Hide = false;
  Case C("bad(); // ungil: ignore[borrowed-ref] private\n");
  EXPECT_THAT(C.apply(Show).rules(), SizeIs(1));
  EXPECT_EQ(C.R.Suppressed, 0u);
}

TEST(ReportSuppress, WildIndicesAreIgnored) {
  Case C("bad();\n");
  CommentFact Wild;
  Wild.Loc.File = 77;
  applySuppressions(C.R, {Wild, CommentFact()}, allRan(), C.Sources);
  EXPECT_THAT(C.R.Findings, SizeIs(1));
}

} // namespace
