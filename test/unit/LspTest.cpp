//===- LspTest.cpp - frames, positions, URIs ------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lsp/Frames.h"
#include "Lsp/Positions.h"
#include "Support/Uri.h"
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <string>

using namespace ungil;
using namespace ungil::lsp;
using Json = nlohmann::json;

namespace {

TEST(LspFrames, ComeInAnyPieces) {
  std::string Wire = frame({{"a", 1}}) + frame({{"b", 2}});
  FrameReader Reader;
  std::string Seen;
  for (char C : Wire) {
    Reader.feed(std::string_view(&C, 1));
    while (auto Message = Reader.next())
      Seen += *Message;
  }
  EXPECT_EQ(Seen, R"({"a":1}{"b":2})");
  EXPECT_EQ(Reader.problem(), "");
}

TEST(LspFrames, HeadersInAnyCaseAndOrder) {
  FrameReader Reader;
  Reader.feed("content-type: x; charset=utf-8\r\nCONTENT-LENGTH:2\r\n\r\n{}");
  EXPECT_EQ(Reader.next(), "{}");
}

TEST(LspFrames, WhatIsNoHeaderIsLeftOut) {
  FrameReader Reader;
  Reader.feed("hello\n\nContent-Length: x\r\n\r\n" + frame({{"a", 1}}));
  EXPECT_EQ(Reader.next(), R"({"a":1})");
  EXPECT_NE(Reader.problem(), "");
  EXPECT_EQ(Reader.problem(), "");
}

TEST(LspFrames, LengthsCountBytes) {
  std::string Wire = frame({{"a", "é"}});
  EXPECT_NE(Wire.find("Content-Length: 10\r\n"), std::string::npos);
  EXPECT_NE(frame({{"a", "\xff"}}).find("\xEF\xBF\xBD"), std::string::npos);
}

TEST(LspPositions, CountUtf16Units) {
  // One, one, two and one unit; one, two, four and one byte.
  Lines Text("x\na\xC3\xA9\xF0\x9F\x90\x8D!\n");
  EXPECT_EQ(Text.position(2), (Position{1, 0}));
  EXPECT_EQ(Text.position(3), (Position{1, 1}));
  EXPECT_EQ(Text.position(5), (Position{1, 2}));
  EXPECT_EQ(Text.position(9), (Position{1, 4}));
  EXPECT_EQ(Text.offset({1, 4}), 9u);
  EXPECT_EQ(Text.offset({1, 2}), 5u);
  EXPECT_EQ(Text.offset({1, 99}), 10u);
  EXPECT_EQ(Text.offset({9, 0}), 11u);
}

TEST(LspPositions, BytesThatAreNotUtf8AreOneUnit) {
  Lines Text("\xFFx\xC3");
  EXPECT_EQ(Text.position(1), (Position{0, 1}));
  EXPECT_EQ(Text.position(3), (Position{0, 3}));
  EXPECT_EQ(Text.offset({0, 2}), 2u);
}

TEST(LspPositions, LinesEndInThreeWays) {
  Lines Text("a\r\nb\rc\nd");
  EXPECT_EQ(Text.position(3), (Position{1, 0}));
  EXPECT_EQ(Text.position(5), (Position{2, 0}));
  EXPECT_EQ(Text.position(7), (Position{3, 0}));
  EXPECT_EQ(Text.position(2), (Position{0, 1})) << "between CR and LF";
  EXPECT_EQ(Text.offset({0, 5}), 1u);
  EXPECT_EQ(Text.offset({3, 0}), 7u);
}

TEST(LspPositions, ChangesAreMadeInPlace) {
  std::string Text = "int a;\r\nint é;\r\n";
  applyChange(Text, Json::parse(R"({"range": {"start": {"line": 1,
    "character": 4}, "end": {"line": 1, "character": 5}}, "text": "xy"})"));
  EXPECT_EQ(Text, "int a;\r\nint xy;\r\n");
  applyChange(Text, Json::parse(R"({"range": {"start": {"line": 0,
    "character": 6}, "end": {"line": 1, "character": 0}}, "text": " "})"));
  EXPECT_EQ(Text, "int a; int xy;\r\n");
  applyChange(Text, Json::parse(R"({"text": "new"})"));
  EXPECT_EQ(Text, "new");
  EXPECT_THROW(applyChange(Text, Json::parse("{}")), Json::exception);
}

TEST(Uri, PathsThereAndBack) {
  std::string Path = "/tmp/a b/%41/é#?.c";
  EXPECT_EQ(fileUri("/tmp/a b.c"), "file:///tmp/a%20b.c");
  EXPECT_EQ(pathOfUri(fileUri(Path)), Path);
  EXPECT_EQ(pathOfUri("file:///c%2B%2b/x.c"), "/c++/x.c");
  EXPECT_EQ(pathOfUri("FILE://localhost/x%zz"), "/x%zz");
  EXPECT_EQ(pathOfUri("file:/x"), "/x");
}

TEST(Uri, OthersAreNoPaths) {
  for (const char *Uri : {"untitled:1", "file://host/x", "file:x",
                          "file:///%00", "", "file:", "/x"})
    EXPECT_EQ(pathOfUri(Uri), std::nullopt) << Uri;
}

} // namespace
