//===- ReportSarifTest.cpp - reports for code scanning --------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ReportTesting.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Compression.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace ungil;
using nlohmann::json;
using ungil::testing::Sample;

namespace {

const RuleInfo Rules[] = {
    {"alloc-domain", "AllocDomain", "Pairs.", "high", "a, b", "Text.\n"},
    {"borrowed-ref", "BorrowedRef", "Finds.", "medium", "free-threading",
     "\nFirst\nparagraph.\n\n## What it finds\n", Severity::Error}};

struct SarifSample : Sample {
  json run() {
    OutputOptions Options;
    Options.Format = OutputFormat::Sarif;
    Options.Version = "1.2.3";
    Options.Rules = Rules;
    Options.ExitCode = 1;
    json Log = json::parse(print(Options));
    EXPECT_EQ(Log["version"], "2.1.0");
    return Log["runs"][0];
  }
};

TEST(ReportSarif, RulesDescribeThemselves) {
  json Driver = SarifSample().run()["tool"]["driver"];
  EXPECT_EQ(Driver["semanticVersion"], "1.2.3");
  EXPECT_EQ(Driver["rules"][1], json::parse(R"({
    "id": "borrowed-ref", "name": "BorrowedRef",
    "shortDescription": {"text": "Finds."},
    "fullDescription": {"text": "First paragraph."},
    "help": {"text": "\nFirst\nparagraph.\n\n## What it finds\n",
             "markdown": "\nFirst\nparagraph.\n\n## What it finds\n"},
    "defaultConfiguration": {"level": "error"},
    "properties": {"precision": "medium", "problem.severity": "error",
                   "tags": ["free-threading"]}})"));
  EXPECT_EQ(Driver["rules"][0]["properties"]["tags"],
            json::parse(R"(["a", "b"])"));
}

TEST(ReportSarif, ColumnsCountUtf16) {
  SarifSample S;
  FileId A = S.file("/src/a.c", "/*\xF0\x9F\x98\x80*/ bad();\n");
  S.finding("borrowed-ref", S.range(A, "bad"));
  json Run = S.run();
  EXPECT_EQ(Run["columnKind"], "utf16CodeUnits");
  EXPECT_EQ(Run["results"][0]["locations"][0]["physicalLocation"]["region"],
            json::parse(R"({"startLine": 1, "startColumn": 8, "endLine": 1,
                            "endColumn": 11})"));
  EXPECT_EQ(Run["results"][0]["ruleIndex"], 1);
}

TEST(ReportSarif, UrisAreRelativeAndEncoded) {
  SarifSample S;
  S.R.Root = "/src dir";
  FileId A = S.file("/src dir/a b/\xC3\xA9%#.c", "bad\n");
  FileId B = S.file("/usr/include/x.h", "bad\n");
  S.finding("x", S.range(A, "bad"));
  S.finding("x", S.range(B, "bad"));
  json Run = S.run();
  EXPECT_EQ(Run["originalUriBaseIds"]["%SRCROOT%"]["uri"],
            "file:///src%20dir/");
  auto Artifact = [&](int I) {
    return Run["results"][I]["locations"][0]["physicalLocation"]
              ["artifactLocation"];
  };
  EXPECT_EQ(Artifact(0), json::parse(R"({"uri": "a%20b/%C3%A9%25%23.c",
                                         "uriBaseId": "%SRCROOT%"})"));
  EXPECT_EQ(Artifact(1), json::parse(R"({"uri": "file:///usr/include/x.h"})"));
}

TEST(ReportSarif, NotesTraceAndFix) {
  SarifSample S;
  FileId A = S.file("/src/a.c", "cache;\nbad();\n");
  Finding &F = S.finding("borrowed-ref", S.range(A, "bad"), Confidence::Medium);
  F.Function = "f";
  F.Notes.push_back({S.range(A, "cache"), "defined here"});
  F.Trace.push_back({S.range(A, "cache"), "enters"});
  F.Fix = {Applicability::Safe, "title", {{A, 7, 3, "good"}}};
  finalize(S.R, S.Sources);
  json Result = S.run()["results"][0];
  EXPECT_EQ(Result["level"], "warning");
  EXPECT_EQ(Result["relatedLocations"][0]["message"]["text"], "defined here");
  EXPECT_EQ(Result["relatedLocations"][0]["id"], 0);
  json Steps = Result["codeFlows"][0]["threadFlows"][0]["locations"];
  ASSERT_EQ(Steps.size(), 2u);
  EXPECT_EQ(Steps[0]["location"]["message"]["text"], "enters");
  EXPECT_EQ(Steps[1]["location"]["physicalLocation"]["region"]["startLine"], 2);
  EXPECT_EQ(Result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"],
            "f");
  EXPECT_EQ(Result["partialFingerprints"]["ungil/v1"],
            S.R.Findings[0].Fingerprint);
  json Change = Result["fixes"][0]["artifactChanges"][0];
  EXPECT_EQ(Change["replacements"][0], json::parse(R"({
    "deletedRegion": {"startLine": 2, "startColumn": 1, "endLine": 2,
                      "endColumn": 4},
    "insertedContent": {"text": "good"}})"));
  EXPECT_FALSE(Result.contains("suppressions"));
}

TEST(ReportSarif, TheRunIsDescribed) {
  SarifSample S;
  S.R.Remarks.push_back({Severity::Error, "/src/b.c", "could not be read"});
  json Invocation = S.run()["invocations"][0];
  EXPECT_EQ(Invocation["exitCode"], 1);
  EXPECT_EQ(Invocation["executionSuccessful"], true);
  json Said = Invocation["toolExecutionNotifications"][0];
  EXPECT_EQ(Said["level"], "error");
  EXPECT_EQ(Said["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            "b.c");
}

TEST(ReportSarif, BothThreadsOfARace) {
  SarifSample S;
  FileId A = S.file("/src/a.c", "enter1;\nwrite;\nenter2;\nread;\n");
  Finding &F = S.finding("borrowed-ref", S.range(A, "write"));
  F.Trace = {{S.range(A, "enter1"), "method 'set' enters here"}};
  F.OtherTrace = {{S.range(A, "enter2"), "method 'get' enters here"},
                  {S.range(A, "read"), "also read here"}};
  json Threads = S.run()["results"][0]["codeFlows"][0]["threadFlows"];
  ASSERT_EQ(Threads.size(), 2u);
  EXPECT_EQ(Threads[0]["id"], "thread 1");
  EXPECT_EQ(Threads[0]["message"]["text"], "something is wrong");
  EXPECT_EQ(Threads[1]["message"]["text"], "also read here");
  EXPECT_EQ(Threads[1]["locations"][1]["location"]["physicalLocation"]["region"]
                   ["startLine"],
            4);
}

TEST(ReportSarif, AlertsAreShownOnOneLine) {
  SarifSample S;
  FileId A = S.file("/src/a.c", "call(a,\n     b);\n");
  S.finding("borrowed-ref", S.range(A, "call(a,\n     b)"));
  S.finding("other", SourceRange()).Range.File = A;
  json Results = S.run()["results"];
  EXPECT_EQ(Results[0]["locations"][0]["physicalLocation"]["region"],
            json::parse(R"({"startLine": 1, "startColumn": 1, "endLine": 1,
                            "endColumn": 8})"));
  EXPECT_EQ(Results[1]["locations"][0]["physicalLocation"]["region"],
            json::parse(R"({"startLine": 1})"));
  EXPECT_EQ(Results[0]["partialFingerprints"]["primaryLocationLineHash"],
            Results[1]["partialFingerprints"]["primaryLocationLineHash"]);
}

TEST(ReportSarif, NoMoreThanIsTaken) {
  SarifSample S;
  FileId A = S.file("/src/a.c", "bad();\n");
  for (int I = 0; I != 25002; ++I)
    S.finding("borrowed-ref", S.range(A, "bad"),
              I == 7 ? Confidence::Low : Confidence::High)
        .Entity = std::to_string(I);
  json Run = S.run();
  ASSERT_EQ(Run["results"].size(), 25000u);
  EXPECT_EQ(Run["results"][7]["properties"]["entity"], "8");
  EXPECT_EQ(
      Run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"],
      "2 findings are left out, the least confident: code scanning takes no "
      "more");
}

/// Messages that do not compress, so that the size counts before the number.
TEST(ReportSarif, NoLargerThanIsTaken) {
  SarifSample S;
  FileId A = S.file("/src/a.c", "bad();\n");
  uint64_t Random = 1;
  constexpr int Count = 300;
  for (int I = 0; I != Count; ++I) {
    Finding &F = S.finding("borrowed-ref", S.range(A, "bad"),
                           I % 2 ? Confidence::High : Confidence::Low);
    F.Message.clear();
    while (F.Message.size() < 60000) {
      Random = Random * 6364136223846793005U + 1442695040888963407U;
      F.Message += static_cast<char>('!' + (Random >> 33) % 90);
    }
  }
  OutputOptions Options;
  Options.Format = OutputFormat::Sarif;
  Options.Rules = Rules;
  std::string Text = S.print(Options);
  llvm::SmallVector<uint8_t, 0> Packed;
  llvm::compression::zlib::compress(llvm::arrayRefFromStringRef(Text), Packed);
  EXPECT_LT(Packed.size(), 10'000'000U);
  EXPECT_GT(Packed.size(), 7'000'000U);
  json Run = json::parse(Text)["runs"][0];
  ASSERT_LT(Run["results"].size(), size_t(Count));
  // The likely ones stay.
  size_t High = 0;
  for (const json &Result : Run["results"])
    High += Result["properties"]["confidence"] == "high";
  EXPECT_EQ(High, size_t(Count) / 2);
  EXPECT_THAT(
      Run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]
          .get<std::string>(),
      ::testing::HasSubstr("findings are left out"));
}

TEST(ReportSarif, NoMoreOfOneResultThanIsTaken) {
  SarifSample S;
  FileId A = S.file("/src/a.c", "bad();\n");
  Finding &F = S.finding("borrowed-ref", S.range(A, "bad"));
  Note N = {S.range(A, "bad"), "note"};
  F.Notes.assign(2000, N);
  F.Trace.assign(20000, N);
  F.OtherTrace.assign(20000, N);
  json Result = S.run()["results"][0];
  EXPECT_EQ(Result["locations"].size() + Result["relatedLocations"].size(),
            1000U);
  json Threads = Result["codeFlows"][0]["threadFlows"];
  EXPECT_EQ(Threads[0]["locations"].size() + Threads[1]["locations"].size(),
            10000U);
  // What is cut off is how the thread got there, not where it ends.
  EXPECT_EQ(Threads[0]["locations"].back()["location"]["message"]["text"],
            "something is wrong");
}

TEST(ReportSarif, NoMoreTagsThanAreTaken) {
  const RuleInfo Many[] = {{"x", "X", "X.", "high",
                            "a, b, c, d, e, f, g, h, i, j, k, l", "Text.\n"}};
  OutputOptions Options;
  Options.Format = OutputFormat::Sarif;
  Options.Rules = Many;
  Options.SecuritySeverity = "5.0";
  json Tags = json::parse(SarifSample().print(
      Options))["runs"][0]["tool"]["driver"]["rules"][0]["properties"]["tags"];
  EXPECT_EQ(Tags.size(), 10U);
  EXPECT_EQ(Tags[0], "security");
}

TEST(ReportSarif, CleanRunsHaveAllRulesAndNoResults) {
  json Run = SarifSample().run();
  EXPECT_EQ(Run["results"], json::array());
  EXPECT_EQ(Run["tool"]["driver"]["rules"].size(), std::size(Rules));
  EXPECT_EQ(Run["automationDetails"]["id"], "ungil/");
}

TEST(ReportSarif, SecuritySeverityOnRequest) {
  SarifSample S;
  EXPECT_FALSE(
      S.run()["tool"]["driver"]["rules"][0]["properties"].contains("security-"
                                                                   "severity"));
  OutputOptions Options;
  Options.Format = OutputFormat::Sarif;
  Options.Rules = Rules;
  Options.SecuritySeverity = "5.0";
  json Properties = json::parse(
      S.print(Options))["runs"][0]["tool"]["driver"]["rules"][0]["properties"];
  EXPECT_EQ(Properties["security-severity"], "5.0");
  EXPECT_EQ(Properties["tags"], json::parse(R"(["security", "a", "b"])"));
}

TEST(ReportSarif, FindingsWithoutAPlace) {
  SarifSample S;
  S.finding("other", SourceRange()).Notes.push_back({SourceRange(), "n"});
  json Result = S.run()["results"][0];
  EXPECT_EQ(Result["locations"][0]["physicalLocation"]["artifactLocation"],
            json::parse(R"({"uri": "", "uriBaseId": "%SRCROOT%"})"));
  EXPECT_FALSE(Result.contains("ruleIndex"));
  EXPECT_EQ(Result["relatedLocations"][0]["message"]["text"], "n");
}

} // namespace
