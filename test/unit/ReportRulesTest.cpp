//===- ReportRulesTest.cpp - the table of rules and its pages -------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rules/Rules.h"
#include "Rules/Sites.h"
#include "Support/Nearest.h"
#include "Support/Output.h"
#include "Support/SourceCache.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace ungil;
using ::testing::HasSubstr;

namespace {

TEST(ReportRules, TableIsSortedAndComplete) {
  EXPECT_TRUE(llvm::is_sorted(
      allRules(), [](const auto &A, const auto &B) { return A.Id < B.Id; }));
  const RuleInfo *Unused = findRule("unused-suppression");
  ASSERT_NE(Unused, nullptr);
  EXPECT_EQ(Unused->Run, nullptr);
  EXPECT_EQ(Unused->Name, "UnusedSuppression");
  EXPECT_EQ(Unused->Default, Severity::Note);
  EXPECT_EQ(Unused->Precision, "very-high");
  EXPECT_EQ(findRule("ungil-unused-suppression"), Unused);
  EXPECT_EQ(findRule("nothing"), nullptr);
}

TEST(ReportRules, EveryPageHasBothExamplesOrNone) {
  for (const RuleInfo &Rule : allRules()) {
    std::string Page(Rule.Markdown);
    bool Bad = Page.find(" bad\n") != std::string::npos;
    bool Good = Page.find(" good\n") != std::string::npos;
    EXPECT_TRUE(Bad && Good) << Rule.Id;
    EXPECT_EQ(Page.find("---\nid:"), std::string::npos) << Rule.Id;
  }
}

TEST(ReportRules, SitesAreOfAKindThatIsCounted) {
  for (const RuleInfo &Rule : allRules())
    EXPECT_TRUE(Rule.Sites.empty() || isSiteKind(Rule.Sites)) << Rule.Id;
  EXPECT_EQ(findRule("borrowed-ref")->Sites, "borrows");
}

TEST(ReportRules, Nearest) {
  EXPECT_EQ(nearest("borowed-ref", {"alloc-domain", "borrowed-ref"}),
            "borrowed-ref");
  EXPECT_EQ(nearest("borrowed", {"alloc-domain", "borrowed-ref"}),
            "borrowed-ref");
  EXPECT_EQ(nearest("E501", {"alloc-domain", "borrowed-ref"}), "");
  EXPECT_EQ(nearest("", {"x"}), "");
}

TEST(ReportRules, Selection) {
  auto All = selectRules({}, {});
  ASSERT_TRUE(!!All);
  EXPECT_EQ(All->size(), allRules().size());
  auto One = selectRules({"ungil-unsafe-libc"}, {});
  ASSERT_TRUE(!!One);
  ASSERT_EQ(One->size(), 1u);
  EXPECT_EQ(One->front()->Id, "unsafe-libc");
  auto None = selectRules({"unsafe-libc"}, {"unsafe-libc"});
  ASSERT_TRUE(!!None);
  EXPECT_TRUE(None->empty());
  auto Wrong = selectRules({}, {"unsafe-lib%s"});
  ASSERT_FALSE(!!Wrong);
  EXPECT_EQ(llvm::toString(Wrong.takeError()),
            "unknown rule 'unsafe-lib%s'; did you mean 'unsafe-libc'?");
}

TEST(ReportRules, PagesAndIndex) {
  std::string Page = rulePage(*findRule("unsafe-libc"));
  EXPECT_THAT(Page, ::testing::StartsWith("# unsafe-libc\n\nA C library"));
  EXPECT_THAT(Page, HasSubstr("\n## When it is silent\n"));
  EXPECT_THAT(ruleIndex(), HasSubstr("[`unsafe-libc`](unsafe-libc.md)"));
}

TEST(ReportOutput, WritesWholeFilesOrNone) {
  llvm::SmallString<128> Dir;
  ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("ungil-output", Dir));
  std::string Path = (Dir + "/out.txt").str();
  auto Hello = [](llvm::raw_ostream &Out) { Out << "hello"; };
  EXPECT_FALSE(!!writeOutput(Path, Hello));
  EXPECT_EQ(SourceCache().get(Path).text(), "hello");

  std::string Link = (Dir + "/link").str();
  ASSERT_FALSE(llvm::sys::fs::create_link(Path, Link));
  EXPECT_FALSE(!!writeOutput(Link, [](llvm::raw_ostream &Out) { Out << "2"; }));
  EXPECT_EQ(SourceCache().get(Path).text(), "2");

  EXPECT_FALSE(!!writeOutput("/dev/null", Hello));
  llvm::sys::fs::file_status Status;
  ASSERT_FALSE(llvm::sys::fs::status("/dev/null", Status));
  EXPECT_EQ(Status.type(), llvm::sys::fs::file_type::character_file);

  for (std::string Bad : {std::string(Dir), (Dir + "/no/such").str()})
    EXPECT_THAT(llvm::toString(writeOutput(Bad, Hello)),
                HasSubstr("cannot write '" + Bad + "'"));
  llvm::sys::fs::remove_directories(Dir);
}

} // namespace
