//===- ConfigTest.cpp - settings and patterns -----------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Config/File.h"
#include "Config/Settings.h"
#include "Support/PathPattern.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace ungil;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

namespace {

constexpr std::string_view Rules[] = {"borrowed-ref", "shared-global"};

/// A folder that goes away with the test.
struct Folder {
  llvm::SmallString<128> Path;
  Folder() {
    (void)llvm::sys::fs::createUniqueDirectory("ungil-config", Path);
    llvm::SmallString<128> Real;
    (void)llvm::sys::fs::real_path(Path, Real);
    Path = Real;
  }
  Folder(const Folder &) = delete;
  Folder &operator=(const Folder &) = delete;
  ~Folder() { (void)llvm::sys::fs::remove_directories(Path); }

  std::string write(const std::string &Name, const std::string &Text) {
    std::string File = at(Name);
    (void)llvm::sys::fs::create_directories(
        llvm::StringRef(File).rsplit('/').first);
    std::ofstream(File) << Text;
    return File;
  }
  std::string at(const std::string &Name) const {
    return (Path + "/" + Name).str();
  }
};

Settings read(const std::string &Text) {
  Folder F;
  auto Result = readConfig(F.write("ungil.toml", Text), Rules);
  if (Result)
    return *Result;
  ADD_FAILURE() << toString(Result.takeError());
  return {};
}

TEST(Config, TheTableIsInOrderAndComplete) {
  for (size_t I = 0; I != optionTable().size(); ++I) {
    const OptionInfo &Info = optionTable()[I];
    EXPECT_EQ(static_cast<size_t>(Info.Id), I) << Info.Key;
    EXPECT_EQ(findOption(Info.Key), &Info);
    EXPECT_FALSE(Info.Help.empty()) << Info.Key;
    EXPECT_EQ(Info.Words.empty(), Info.Kind != OptionKind::Word) << Info.Key;
    if (!Info.Default.empty()) {
      EXPECT_EQ(problemWith(Info, Info.Default, {}), "") << Info.Key;
    }
  }
}

/// Every example of the reference is one that the reader takes.
TEST(Config, ExamplesAreRead) {
  constexpr std::string_view Known[] = {"lazy-init", "module-gil-slot",
                                        "shared-global", "unsafe-libc"};
  for (const OptionInfo &Info : optionTable()) {
    Folder F;
    std::string File =
        F.write("ungil.toml", std::string(Info.Key) + " = " +
                                  std::string(Info.Example) + "\n");
    auto Result = readConfig(File, Known);
    ASSERT_TRUE(bool(Result)) << toString(Result.takeError());
    EXPECT_TRUE(Result->isSet(Info.Id)) << Info.Key;
  }
}

TEST(Config, EachKindOfValue) {
  Settings S = read("select = [\"borrowed-ref\"]\nstrict = true\n"
                    "target-python = \"3.9\"\nobjects = \"immutable\"\n"
                    "[per-file-ignores]\n\"a:b.c\" = [\"ALL\"]\n");
  EXPECT_THAT(S.list(Option::Select), ElementsAre("borrowed-ref"));
  EXPECT_TRUE(S.flag(Option::Strict));
  EXPECT_EQ(S.text(Option::TargetPython), "3.9");
  EXPECT_EQ(S.text(Option::Objects), "immutable");
  EXPECT_THAT(S.origin(Option::Strict), EndsWith("ungil.toml:2"));
  EXPECT_THAT(S.list(Option::PerFileIgnores), ElementsAre("a:b.c:ALL"));
  PatternRule One = splitPatternRule("a:b.c:ALL");
  EXPECT_EQ(One.Pattern, "a:b.c");
  EXPECT_EQ(One.Rule, "ALL");
  // What is not set has its default and no list is shared.
  EXPECT_EQ(S.text(Option::MinConfidence), "medium");
  EXPECT_EQ(S.origin(Option::MinConfidence), "default");
  EXPECT_THAT(S.list(Option::Ignore), IsEmpty());
}

TEST(Config, LayersCoverEachOther) {
  Settings File = read("profile = \"audit\"\nfail-on = \"high\"\n");
  Settings Line;
  Settings All = resolve(File, Line);
  EXPECT_EQ(All.text(Option::FailOn), "high");
  EXPECT_EQ(All.text(Option::MinConfidence), "low");
  EXPECT_EQ(All.origin(Option::MinConfidence), "profile 'audit'");
  EXPECT_TRUE(All.flag(Option::ShowSuppressed));
  Line.set(Option::MinConfidence, {"high"}, "command line");
  Line.set(Option::Profile, {"default"}, "command line");
  All = resolve(File, Line);
  EXPECT_EQ(All.text(Option::MinConfidence), "high");
  EXPECT_EQ(All.text(Option::FailOn), "high");
  EXPECT_FALSE(All.flag(Option::ShowSuppressed));
}

TEST(Config, AnEmptyListIsAValue) {
  Settings Line;
  Line.set(Option::Select, {}, "command line");
  EXPECT_THAT(
      resolve(read("select = [\"borrowed-ref\"]\n"), Line).list(Option::Select),
      IsEmpty());
}

TEST(Config, TheNearestFileCounts) {
  Folder F;
  F.write("top/.git/HEAD", "");
  F.write("ungil.toml", ""); // above the checkout: somebody else's
  (void)llvm::sys::fs::create_directories(F.at("top/a/b"));
  EXPECT_EQ(findConfig(F.at("top/a/b")), "");
  std::string Top =
      F.write("top/pyproject.toml", "[tool.ungil.per-file-ignores]\n");
  EXPECT_EQ(findConfig(F.at("top/a/b")), Top);
  F.write("top/a/pyproject.toml", "[tool.ungilded]\n");
  EXPECT_EQ(findConfig(F.at("top/a/b")), Top);
  std::string Shared = F.write("top/a/pyproject.toml", "  [tool.ungil]\n");
  EXPECT_EQ(findConfig(F.at("top/a/b")), Shared);
  std::string Own = F.write("top/a/ungil.toml", "");
  EXPECT_EQ(findConfig(F.at("top/a/b")), Own);
}

TEST(Config, PathsAreRelativeToTheFile) {
  Folder F;
  std::string File =
      F.write("pyproject.toml", "[tool.ungil]\napi = [\"x.json\", \"/y.json\"]"
                                "\nbuild-dir = \"build\"\n"
                                "exclude = [\"gen/*\", \"vendor\"]\n");
  auto S = readConfig(File, Rules);
  ASSERT_TRUE(bool(S)) << toString(S.takeError());
  EXPECT_THAT(S->list(Option::Api), ElementsAre(F.at("x.json"), "/y.json"));
  EXPECT_EQ(S->text(Option::BuildDir), F.at("build"));
  EXPECT_THAT(S->list(Option::Exclude), ElementsAre(F.at("gen/*"), "vendor"));
}

TEST(Config, TheSchemaKnowsEveryKey) {
  auto Schema = nlohmann::json::parse(settingsSchema(Rules));
  EXPECT_EQ(Schema["additionalProperties"], false);
  for (const OptionInfo &Info : optionTable())
    EXPECT_TRUE(Schema["properties"].contains(Info.Key)) << Info.Key;
  EXPECT_EQ(Schema["properties"]["select"]["items"]["enum"][1], "borrowed-ref");
  EXPECT_EQ(Schema["properties"]["strict"]["default"], false);
}

TEST(PathPattern, NamesAnywhere) {
  EXPECT_TRUE(matchesPath("third_party", "/p/third_party/zlib/inflate.c"));
  EXPECT_TRUE(matchesPath("*_bench.c", "/p/src/sort_bench.c"));
  EXPECT_TRUE(matchesPath("{a,b}.c", "/p/b.c"));
  EXPECT_FALSE(matchesPath("third_party", "/p/third_party2/x.c"));
  EXPECT_FALSE(matchesPath("bench.c", "/p/src/sort_bench.c"));
}

TEST(PathPattern, PathsAndAllBelow) {
  EXPECT_TRUE(matchesPath("/p/src", "/p/src/a/b.c"));
  EXPECT_TRUE(matchesPath("/p/src/*.c", "/p/src/a/b.c"));
  EXPECT_FALSE(matchesPath("/p/src", "/p/src2/b.c"));
  EXPECT_FALSE(matchesPath("/p/src/*.c", "/p/src/b.h"));
  EXPECT_TRUE(matchesPath("/p/**/test.c", "/p/test.c"));
  EXPECT_TRUE(matchesPath("/p/**/test.c", "/p/a/b/test.c"));
  EXPECT_FALSE(matchesPath("/p/**/test.c", "/q/test.c"));
}

TEST(PathPattern, BelowAFolder) {
  EXPECT_EQ(patternBelow("/p/[x]", "src/*.c"), "/p/\\[x\\]/src/*.c");
  EXPECT_TRUE(matchesPath(patternBelow("/p/[x]", "src/*.c"), "/p/[x]/src/a.c"));
  EXPECT_EQ(patternBelow("/p", "vendor/"), "vendor");
  EXPECT_EQ(patternBelow("/p", "./vendor"), "/p/vendor");
  EXPECT_EQ(patternBelow("/p", "/q/*"), "/q/*");
  EXPECT_THAT(patternProblem("[a"), HasSubstr("'[a' is no pattern"));
  EXPECT_THAT(patternProblem("/"), HasSubstr("empty"));
}

} // namespace
