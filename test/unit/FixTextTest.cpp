//===- FixTextTest.cpp - what fixes read from text, and edits -------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FactsTesting.h"
#include "Fix/Apply.h"
#include "Fix/FunctionText.h"
#include "Fix/NullTest.h"
#include "Fix/Tokens.h"
#include <gmock/gmock.h>

using namespace ungil;
using namespace ungil::fix;
using ::testing::ElementsAre;

namespace {

std::vector<std::string> words(std::string_view Text) {
  std::vector<std::string> All;
  for (const Token &T : tokens(Text, 0, static_cast<uint32_t>(Text.size())))
    All.emplace_back(spelling(Text, T));
  return All;
}

TEST(FixTokens, CommentsAndStringsHideNothing) {
  EXPECT_THAT(words("a->b /* c */ != \"d(\\\"\" // e"),
              ElementsAre("a", "->", "b", "!=", "\"d(\\\"\""));
  EXPECT_THAT(words("x = 'y'; 0x1fu"),
              ElementsAre("x", "=", "'y'", ";", "0x1fu"));
}

TEST(FixTokens, ADirectiveIsOneToken) {
  EXPECT_THAT(words("a;\n#if X \\\n  && Y\nb;"),
              ElementsAre("a", ";", "#if X \\\n  && Y", "b", ";"));
  // `#` in the middle of a line is none.
  EXPECT_THAT(words("a # b"), ElementsAre("a", "#", "b"));
}

TEST(FixTokens, UnfinishedTextEnds) {
  EXPECT_THAT(words("\"never closed"), ElementsAre("\"never closed"));
  EXPECT_THAT(words("a /* never closed"), ElementsAre("a"));
}

TEST(FixTokens, CallsAndTheirArguments) {
  std::string Text = "v = get ( f(a, b), (T){1, 2}, \"x,y\" ) + 1;";
  CallText Call = callAt(Text, 4, "get");
  ASSERT_TRUE(Call.isValid());
  EXPECT_THAT(Call.Args, ElementsAre("f(a, b)", "(T){1, 2}", "\"x,y\""));
  EXPECT_EQ(Text.substr(Call.End), " + 1;");
  EXPECT_THAT(callAt("f()", 0, "f").Args, ElementsAre());
  EXPECT_FALSE(callAt("f;", 0, "f").isValid());
  EXPECT_FALSE(callAt("g()", 0, "f").isValid());
  EXPECT_FALSE(callAt("f(a", 0, "f").isValid());
}

std::string nullness(std::string_view Condition, bool NoneIsNull = false) {
  static constexpr const char *Names[] = {"unknown", "null", "not null"};
  NullTest T = nullTest(Condition, 0, static_cast<uint32_t>(Condition.size()),
                        "p", NoneIsNull);
  return std::string(Names[int(T.Then)]) + ", else " + Names[int(T.Else)];
}

TEST(FixNullTest, WhatAConditionSays) {
  EXPECT_EQ(nullness("(p == NULL)"), "null, else not null");
  EXPECT_EQ(nullness("(nullptr != p)"), "not null, else null");
  EXPECT_EQ(nullness("(!p)"), "null, else not null");
  EXPECT_EQ(nullness("(p)"), "not null, else null");
  EXPECT_EQ(nullness("(!(p == 0))"), "not null, else null");
  EXPECT_EQ(nullness("(p == NULL || done)"), "unknown, else not null");
  EXPECT_EQ(nullness("(p != NULL && f(p))"), "not null, else unknown");
  EXPECT_EQ(nullness("(p == NULL && PyErr_Occurred())"), "null, else unknown");
  EXPECT_EQ(nullness("((p = get(a, b)) == NULL)"), "null, else not null");
  EXPECT_EQ(nullness("(unlikely(p == NULL))"), "null, else not null");
}

TEST(FixNullTest, WhatItDoesNot) {
  EXPECT_EQ(nullness("(q == NULL)"), "unknown, else unknown");
  EXPECT_EQ(nullness("(f(p))"), "unknown, else unknown");
  EXPECT_EQ(nullness("(p->next == NULL)"), "unknown, else unknown");
  EXPECT_EQ(nullness("(p == other)"), "unknown, else unknown");
  EXPECT_EQ(nullness("(p == Py_None)"), "unknown, else unknown");
  EXPECT_EQ(nullness("(p == Py_None)", true), "null, else not null");
}

FixPlan planOf(std::vector<Edit> Edits) {
  FixPlan Plan;
  Plan.Edits = std::move(Edits);
  return Plan;
}

TEST(FixApply, PlansThatTouchWaitForEachOther) {
  FixPlan First = planOf({{0, 10, 5, "x"}}), Inside = planOf({{0, 12, 1, "y"}});
  FixPlan Behind = planOf({{0, 15, 0, "z"}}), Other = planOf({{1, 10, 5, "w"}});
  const FixPlan *All[] = {&First, &Inside, &Behind, &Other};
  EXPECT_THAT(choose(All), ElementsAre(0, 2, 3));
}

TEST(FixApply, WhatBothNeedIsMadeOnce) {
  FixPlan A = planOf({{0, 3, 0, "#include\n", true}, {0, 20, 1, "a"}});
  FixPlan B = planOf({{0, 3, 0, "#include\n", true}, {0, 30, 1, "b"}});
  const FixPlan *All[] = {&A, &B};
  EXPECT_THAT(choose(All), ElementsAre(0, 1));
  EXPECT_EQ(editsByFile(All)[0].size(), 3u);
}

TEST(FixApply, AnInsertionComesBeforeWhatStandsThere) {
  FixPlan A = planOf({{0, 4, 3, "new"}, {0, 4, 0, "before "}});
  const FixPlan *All[] = {&A};
  EXPECT_EQ(fix::apply("the old text", editsByFile(All)[0]),
            "the before new text");
}

std::string diff(std::string_view Old, std::string_view New) {
  std::string Text;
  llvm::raw_string_ostream Out(Text);
  printDiff("a.c", Old, New, Out);
  return Text;
}

TEST(FixDiff, LinesAndTheirContext) {
  EXPECT_EQ(diff("a\nb\nc\nd\ne\nf\ng\nh\n", "a\nb\nc\nd\nE\nf\ng\nh\n"),
            "--- a/a.c\n+++ b/a.c\n@@ -2,7 +2,7 @@\n b\n c\n d\n-e\n+E\n f\n "
            "g\n h\n");
  EXPECT_EQ(diff("same\n", "same\n"), "");
}

TEST(FixDiff, BothEndsOfTheFile) {
  EXPECT_EQ(diff("a\nb\n", "x\na\nb\n"),
            "--- a/a.c\n+++ b/a.c\n@@ -1,2 +1,3 @@\n+x\n a\n b\n");
  EXPECT_EQ(diff("a\nb", "a\n"),
            "--- a/a.c\n+++ b/a.c\n@@ -1,2 +1 @@\n a\n-b\n\\ No newline at "
            "end of file\n");
}

TEST(FixStatements, KindsRangesAndParents) {
  ungil::testing::Snippet S("#define LEAVE return 1\n"
                            "int f(int n) {\n"
                            "  if (n)\n"
                            "    LEAVE;\n"
                            "  else { n = 2; }\n"
                            "  for (;;) break;\n"
                            "end: return n ;\n"
                            "}\n");
  std::vector<std::string> All;
  const std::vector<Statement> &Statements = S.function("f").Statements;
  for (const Statement &St : Statements)
    All.push_back(std::to_string(St.Parent == None ? 99 : St.Parent) + " " +
                  S.Code.substr(St.Offset, St.Length) +
                  (St.has(SF_Macro) ? " macro" : "") +
                  (St.has(SF_Else) ? " else" : ""));
  ASSERT_EQ(All.size(), 9u);
  EXPECT_EQ(All[2], "1 LEAVE; macro");
  EXPECT_EQ(Statements[2].Kind, StatementKind::Return);
  EXPECT_EQ(All[3], "1 { n = 2; } else");
  EXPECT_EQ(All[4], "3 n = 2;");
  EXPECT_EQ(All[5], "0 for (;;) break;");
  EXPECT_EQ(All[6], "5 break;");
  EXPECT_EQ(All[7], "0 end: return n ;");
  EXPECT_EQ(Statements[7].Kind, StatementKind::Label);
}

TEST(FixStatements, SeveralStatementsOfOneMacroAreOne) {
  ungil::testing::Snippet S("#define TWO(a) a++; if (a) return a\n"
                            "int f(int n) { TWO(n); return 0; }\n");
  const std::vector<Statement> &All = S.function("f").Statements;
  ASSERT_EQ(All.size(), 3u);
  EXPECT_EQ(All[1].Kind, StatementKind::Other);
  EXPECT_TRUE(All[1].has(SF_Macro | SF_Leaves));
  EXPECT_EQ(S.Code.substr(All[1].Offset, All[1].Length), "TWO(n);");
}

TEST(FixStatements, WhatLeavesAStretchOfCode) {
  std::string Code = "int f(int n) {\n"
                     "  for (;;) {\n"
                     "    if (n == 1) break;\n"
                     "    if (n == 2) goto err;\n"
                     "    while (n) { if (n == 3) continue; n--; }\n"
                     "  error: n++;\n"
                     "    if (n == 4) goto error;\n"
                     "  }\n"
                     "err: return n;\n"
                     "}\n";
  ungil::testing::Linked L(Code);
  FunctionText Text(L.P, L.function("f"), Code);
  StatementId Loop = Text.at(Code.find("for"));
  StatementId Body = Text.children(Loop)[0];
  auto Leaves = [&](const char *Jump, StatementId Outer) {
    return Text.leaves(Text.at(Code.find(Jump)), Text[Outer].Offset,
                       Text[Outer].end());
  };
  EXPECT_TRUE(Leaves("break", Body));
  EXPECT_FALSE(Leaves("break", Loop));
  EXPECT_TRUE(Leaves("goto err;", Body)); // not to `error`
  EXPECT_FALSE(Leaves("goto error", Body));
  EXPECT_FALSE(Leaves("continue", Body));
  EXPECT_TRUE(Leaves("return", Body));
  auto [Begin, End] = Text.condition(Text.at(Code.find("if (n == 3)")));
  EXPECT_EQ(Code.substr(Begin, End - Begin), "n == 3");
}

} // namespace
