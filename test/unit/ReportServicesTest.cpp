//===- ReportServicesTest.cpp - reports for CI services -------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ReportTesting.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace ungil;
using nlohmann::json;
using ::testing::HasSubstr;
using ungil::testing::Sample;

namespace {

TEST(ReportServices, GithubEscapesWhatItReads) {
  Sample S;
  FileId A = S.file("/src/a,b:c%.c", "bad();\n");
  Finding &F = S.finding("borrowed-ref", S.range(A, "bad"));
  F.Message = "100%: two,\nlines";
  F.Sev = Severity::Error;
  EXPECT_EQ(S.print(OutputFormat::Github),
            "::error file=a%2Cb%3Ac%25.c,line=1,col=1,endColumn=4,"
            "title=ungil%3A borrowed-ref::100%25: two,%0Alines.\n");
}

TEST(ReportServices, GithubHasTenOfAKindWorstFirst) {
  Sample S;
  FileId A = S.file("/src/a.c", "bad();\n");
  for (int I = 0; I != 12; ++I)
    S.finding("r" + std::to_string(I), S.range(A, "bad"),
              I == 11 ? Confidence::High : Confidence::Medium);
  S.finding("note", S.range(A, "bad")).Sev = Severity::Note;
  S.finding("place", SourceRange()).Sev = Severity::Error;
  std::string Text = S.print(OutputFormat::Github);
  EXPECT_EQ(Text.find("::error file=,title=ungil%3A place"), 0u) << Text;
  EXPECT_LT(Text.find("r11::"), Text.find("r0::"));
  EXPECT_THAT(Text, HasSubstr("::notice file=a.c"));
  EXPECT_THAT(Text, HasSubstr("r8::"));
  EXPECT_EQ(Text.find("r9::"), std::string::npos);
  EXPECT_THAT(Text, HasSubstr("2 more findings are in the summary"));
}

TEST(ReportServices, GitlabSeverities) {
  Sample S;
  FileId A = S.file("/src/a.c", "bad();\n");
  S.finding("a", S.range(A, "bad"));
  S.finding("b", S.range(A, "bad"), Confidence::Medium);
  S.finding("c", S.range(A, "bad"), Confidence::Low);
  S.finding("d", S.range(A, "bad")).Sev = Severity::Error;
  S.finding("e", SourceRange()).Sev = Severity::Note;
  json All = json::parse(S.print(OutputFormat::Gitlab));
  std::vector<std::string> Severities;
  for (const json &One : All)
    Severities.push_back(One["severity"]);
  EXPECT_THAT(Severities, ::testing::ElementsAre("major", "minor", "info",
                                                 "critical", "info"));
  EXPECT_EQ(All[4]["location"]["lines"]["begin"], 1);
}

TEST(ReportServices, MarkdownHoldsNoMarkup) {
  Sample S;
  FileId A = S.file("/src/a_b.c", "bad();\n");
  S.finding("r", S.range(A, "bad")).Message = "a | <b> `c` *d*";
  EXPECT_THAT(S.print(OutputFormat::Markdown),
              HasSubstr("| a\\_b.c:1 | a \\| \\<b\\> \\`c\\` \\*d\\* | r | "
                        "high |"));
}

TEST(ReportServices, MarkdownFits) {
  Sample S;
  FileId A = S.file("/src/a.c", "bad();\n");
  for (int I = 0; I != 2000; ++I)
    S.finding("r", S.range(A, "bad")).Message = std::string(1000, 'x');
  std::string Text = S.print(OutputFormat::Markdown);
  EXPECT_LE(Text.size(), MaxComment);
  EXPECT_GT(Text.size(), MaxComment - 2000);
  EXPECT_THAT(Text, HasSubstr("| r | high |\n\n1937 more findings do not fit "
                              "here: `ungil scan` prints all, `ungil scan "
                              "--format html` makes a page of them.\n"));
}

TEST(ReportServices, MarkdownIsCutOnlyWhereItMust) {
  Sample S;
  FileId A = S.file("/src/a.c", "bad();\n");
  for (const char *Rule : {"one", "two"})
    S.finding(Rule, S.range(A, "bad"));
  auto Cut = [&](size_t MaxBytes) {
    std::string Text;
    llvm::raw_string_ostream Out(Text);
    writeMarkdown(S.R, MaxBytes, Out);
    return Text;
  };
  std::string All = Cut(100000);
  EXPECT_EQ(Cut(All.size()), All);
  EXPECT_THAT(Cut(All.size() - 1), HasSubstr("\n2 more findings do not fit"));
  S.finding("three", S.range(A, "bad")).Message = std::string(1000, 'x');
  EXPECT_THAT(Cut(All.size() + 999),
              HasSubstr("\n1 more finding does not fit"));
}

} // namespace
