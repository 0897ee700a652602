//===- ReportTextTest.cpp - reports for people ----------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Report/Frame.h"
#include "ReportTesting.h"
#include "Support/Printable.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace ungil;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ungil::testing::Sample;

namespace {

TEST(ReportText, Concise) {
  Sample S;
  FileId A = S.file("/src/sub/a.c", "int x;\n  bad();\n");
  S.finding("borrowed-ref", S.range(A, "bad")).Why = "not on this line";
  EXPECT_EQ(S.print(OutputFormat::Concise),
            "sub/a.c:2:3: warning: something is wrong [borrowed-ref]\n");
}

TEST(ReportText, Full) {
  Sample S;
  FileId A =
      S.file("/src/a.c", "static int *cache;\n\n\n\n\n\n\n\n\n\tbad();\n");
  Finding &F =
      S.finding("shared-global", S.range(A, "bad"), Confidence::Medium);
  F.Why = "two threads write it";
  F.Help = "lock it";
  F.Fix.Title = "add a mutex";
  F.Fix.How = Applicability::Suggested;
  F.Notes.push_back({S.range(A, "cache"), "defined here"});
  F.Trace.push_back({S.range(A, "static"), "method 'get' enters here"});
  F.Trace.push_back({S.range(A, "bad"), "calls this"});
  EXPECT_EQ(S.print(OutputFormat::Full),
            "a.c:10:2: warning: something is wrong [shared-global]\n"
            "   |\n"
            "10 |     bad();\n"
            "   |     ^^^\n"
            "   = why: two threads write it\n"
            "   = help: lock it\n"
            "   = fix (suggested): add a mutex\n"
            "   = confidence: medium\n"
            "   = thread enters: a.c:1:1: method 'get' enters here\n"
            "                    a.c:10:2: calls this\n"
            "a.c:1:13: note: defined here\n"
            "   |\n"
            " 1 | static int *cache;\n"
            "   |             ^^^^^\n"
            "\n");
}

TEST(ReportText, FilesThatCannotBeShown) {
  Sample S;
  S.R.Files.push_back("/elsewhere/gone.c");
  Finding &F = S.finding("x", SourceRange());
  F.Range.File = 0;
  F.Range.Line = 7;
  F.Range.Column = 1;
  S.finding("y", SourceRange());
  EXPECT_EQ(S.print(OutputFormat::Full),
            "/elsewhere/gone.c:7:1: warning: something is wrong [x]\n\n"
            "<unknown>: warning: something is wrong [y]\n\n");
}

TEST(ReportText, RangesOverSeveralLines) {
  Sample S;
  FileId A =
      S.file("/src/a.c", "call(a,\n     b,\n     c,\n     d,\n     e)\n");
  S.finding("x", S.range(A, "call(a,\n     b,\n     c,\n     d,\n     e)"));
  EXPECT_THAT(S.print(OutputFormat::Full),
              HasSubstr("1 | call(a,\n  | ^^^^^^^\n"
                        "2 |      b,\n  |      ^^\n"
                        "3 |      c,\n  |      ^^\n"
                        "  | (2 more lines)\n"));
}

TEST(ReportText, NothingReachesTheTerminalRaw) {
  Sample S;
  FileId A =
      S.file("/src/\x1b[31m.c", "a \x1b]0;t\x07 \xff \xE2\x80\xAE bad\r\n");
  S.finding("x", S.range(A, "bad")).Message = "name '\x1b[2J' \x80";
  std::string Text = S.print(OutputFormat::Full);
  EXPECT_THAT(Text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(Text, Not(HasSubstr("\x07")));
  EXPECT_THAT(Text, Not(HasSubstr("\xE2\x80\xAE")));
  EXPECT_THAT(Text, HasSubstr("a <1b>]0;t<07> <ff> <U+202e> bad\n"));
  EXPECT_THAT(Text, HasSubstr("name '<1b>[2J' <80>"));
}

TEST(ReportText, ColourIsBalanced) {
  Sample S;
  FileId A = S.file("/src/a.c", "bad();\n");
  S.finding("x", S.range(A, "bad")).Help = "h";
  std::string Text = S.print(OutputFormat::Full, /*Color=*/true);
  EXPECT_THAT(Text, HasSubstr("\x1b[1;33mwarning:\x1b[0m"));
  EXPECT_THAT(S.print(OutputFormat::Full), Not(HasSubstr("\x1b")));
}

TEST(ReportFrame, WideCharactersAndTabs) {
  FrameLine L = frameLine("\t\xE6\x97\xA5\xE6\x9C\xAC x", 9, 10);
  EXPECT_EQ(L.Text, "    \xE6\x97\xA5\xE6\x9C\xAC x");
  EXPECT_EQ(L.Marks, "         ^");
}

TEST(ReportFrame, LongLinesAreCutAroundTheMark) {
  std::string Line(300, 'a');
  Line.replace(200, 3, "bad");
  FrameLine L = frameLine(Line, 201, 204, 60);
  EXPECT_LE(L.Text.size(), 66u);
  EXPECT_THAT(L.Text, ::testing::StartsWith("..."));
  EXPECT_THAT(L.Text, ::testing::EndsWith("..."));
  EXPECT_EQ(L.Text.substr(L.Marks.find('^'), 3), "bad");
  EXPECT_EQ(L.Marks.substr(L.Marks.find('^')), "^^^");
}

TEST(ReportFrame, EmptyAndWildRangesStillMark) {
  EXPECT_EQ(frameLine("abc", 2, 2).Marks, " ^");
  EXPECT_EQ(frameLine("abc", 4, 4).Marks, "   ^");
  EXPECT_EQ(frameLine("abc", 90, 91).Marks, "   ^");
  EXPECT_EQ(frameLine("", 1, 1).Marks, "^");
  EXPECT_EQ(frameLine("abc", 3, 1).Marks, "  ^");
}

TEST(ReportSummary, Counts) {
  Sample S;
  FileId A = S.file("/src/a.c", "bad bad bad\n");
  S.R.Cover.Files = 12;
  S.R.Cover.Parsed = 12;
  S.R.Cover.Functions = 340;
  S.R.Cover.Analysed = 333;
  S.R.Suppressed = 3;
  for (unsigned I = 0; I < 3; ++I)
    S.finding("x", S.range(A, "bad", I),
              I ? Confidence::Medium : Confidence::High);
  EXPECT_EQ(summary(S.R),
            "12 files, 340 functions (333 analysed), headers 3.13.0 "
            "free-threaded; 3 findings (1 high, 2 medium), 3 suppressed");
  S.R.Cover.Parsed = 11;
  S.R.Cover.WithErrors = 2;
  S.R.Cover.PythonVersion.clear();
  S.R.Findings.clear();
  EXPECT_EQ(summary(S.R),
            "12 files (1 not read, 2 with errors), 340 functions (333 "
            "analysed), no CPython headers; 0 findings, 3 suppressed");
}

TEST(ReportStatistics, OneRowPerRule) {
  Sample S;
  FileId A = S.file("/src/a.c", "bad\n");
  S.R.Cover.Sites["dict-iteration"].Seen = 4;
  S.finding("borrowed-ref", S.range(A, "bad"));
  std::string Text;
  llvm::raw_string_ostream Out(Text);
  writeStatistics(S.R, {{"parse", 1.5}}, Out);
  EXPECT_THAT(Text, ::testing::ContainsRegex("dict-iteration +0 +0 +0 +4\n"));
  EXPECT_THAT(Text, ::testing::ContainsRegex("borrowed-ref +1 +0 +0 +-\n"));
  EXPECT_THAT(Text, ::testing::ContainsRegex("time: parse +1\\.500 s\n"));
}

TEST(ReportPrintable, Utf16Columns) {
  std::string_view Line = "a\xC3\xA9\xF0\x9F\x98\x80z\xff!";
  EXPECT_EQ(utf16Column(Line, 1), 1u);
  EXPECT_EQ(utf16Column(Line, 2), 2u); // after a
  EXPECT_EQ(utf16Column(Line, 4), 3u); // after two bytes, one unit
  EXPECT_EQ(utf16Column(Line, 8), 5u); // after four bytes, two units
  EXPECT_EQ(utf16Column(Line, 9), 6u);
  EXPECT_EQ(utf16Column(Line, 10), 7u); // after a byte that is not UTF-8
  EXPECT_EQ(utf16Column(Line, 11), 8u); // the end
}

TEST(ReportPrintable, ValidUtf8) {
  EXPECT_EQ(validUtf8("a\xff\xC3"), "a\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(validUtf8("\xC3\xA9"), "\xC3\xA9");
  EXPECT_EQ(validUtf8("\xED\xA0\x80").find("\xED"), std::string::npos);
}

TEST(ReportSourceCache, LinesAndPositions) {
  SourceText Text("one\r\ntwo\n\nlast");
  EXPECT_EQ(Text.lines(), 4u);
  EXPECT_EQ(Text.line(1), "one");
  EXPECT_EQ(Text.line(3), "");
  EXPECT_EQ(Text.line(4), "last");
  EXPECT_THAT(Text.line(0), IsEmpty());
  EXPECT_THAT(Text.line(5), IsEmpty());
  EXPECT_EQ(Text.position(5).Line, 2u);
  EXPECT_EQ(Text.position(5).Column, 1u);
  EXPECT_EQ(Text.position(1000).Line, 4u);
  EXPECT_EQ(SourceText("x\n").lines(), 1u);
  SourceCache Cache;
  EXPECT_EQ(Cache.get("/no/such/file").lines(), 0u);
  EXPECT_EQ(Cache.get("/no/such/file").position(3).Line, 1u);
}

} // namespace
