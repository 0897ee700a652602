//===- ReportJsonTest.cpp - the object programs read ----------------------===//
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
using ungil::testing::Sample;

namespace {

Sample everything() {
  Sample S;
  FileId A = S.file("/src/x.c", "\n  bad();\n");
  FileId B = S.file("/src/y.c", "cache\n");
  S.R.Cover.Sites["borrowed-ref"].Seen = 57;
  S.R.Suppressed = 3;
  Finding &F = S.finding("borrowed-ref", S.range(A, "bad"));
  F.Function = "f";
  F.Entity = "cache";
  F.Why = "why.";
  F.Help = "do this";
  F.Notes.push_back({S.range(B, "cache"), "defined here"});
  F.Trace.push_back({S.range(A, "bad"), "method 'get' enters here"});
  F.Fix = {Applicability::Safe, "take a strong reference", {{A, 3, 3, "good"}}};
  finalize(S.R, S.Sources);
  return S;
}

TEST(ReportJson, TheWholeObject) {
  Sample S = everything();
  json Expected = json::parse(R"({
    "tool": {"name": "ungil", "version": "1.2.3"}, "schema": 1,
    "coverage": {"files": 1, "parsed": 1, "withErrors": 0, "functions": 2,
                 "analysed": 2,
                 "headers": {"python": "3.13.0", "freeThreaded": true},
                 "sites": {"borrowed-ref": {"seen": 57, "reported": 1}}},
    "findings": [{"rule": "borrowed-ref", "file": "x.c", "line": 2,
      "column": 3, "endLine": 2, "endColumn": 6, "function": "f",
      "entity": "cache", "severity": "warning", "confidence": "high",
      "message": "something is wrong. why. do this.",
      "notes": [{"file": "y.c", "line": 1, "column": 1,
                 "message": "defined here"}],
      "trace": [{"file": "x.c", "line": 2, "column": 3,
                 "message": "method 'get' enters here"}],
      "fix": {"applicability": "safe", "title": "take a strong reference",
              "edits": [{"file": "x.c", "offset": 3, "length": 3,
                         "text": "good"}]}}],
    "suppressed": 3, "verdict": "not-ready"})");
  Expected["findings"][0]["fingerprint"] = S.R.Findings[0].Fingerprint;
  EXPECT_EQ(json::parse(S.print(OutputFormat::Json)), Expected);
}

TEST(ReportJson, NoFixIsNull) {
  Sample S;
  FileId A = S.file("/src/x.c", "bad\n");
  S.finding("x", S.range(A, "bad"));
  json Out = json::parse(S.print(OutputFormat::Json));
  EXPECT_TRUE(Out["findings"][0]["fix"].is_null());
}

TEST(ReportJson, BytesThatAreNotUtf8) {
  Sample S;
  FileId A = S.file("/src/\xff.c", "bad\n");
  Finding &F = S.finding("x", S.range(A, "bad"));
  F.Message = "\xfe";
  F.Entity = F.Function = "\xfd";
  F.Fix.Title = F.Rule = "t";
  F.Fix.Edits.push_back({A, 0, 0, "\xfc"});
  json Out = json::parse(S.print(OutputFormat::Json));
  EXPECT_EQ(Out["findings"][0]["file"], "\xEF\xBF\xBD.c");
}

TEST(ReportJson, AnEmptyReport) {
  Sample S;
  S.R = Report();
  finalize(S.R, S.Sources);
  json Out = json::parse(S.print(OutputFormat::Json));
  EXPECT_EQ(Out["findings"], json::array());
  EXPECT_EQ(Out["coverage"]["sites"], json::object());
  EXPECT_EQ(Out["verdict"], "unknown");
}

} // namespace
