//===- ReviewedTest.cpp - lists of variables somebody looked at -----------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rules/Reviewed.h"
#include "FactsTesting.h"
#include "Rules/Rules.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace ungil;
using namespace ungil::testing;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

namespace {

ReviewedList listOf(const std::string &Text) {
  auto List = parseReviewed(Text, "reviewed.tsv");
  if (List)
    return *List;
  ADD_FAILURE() << toString(List.takeError());
  return {};
}

TEST(Reviewed, CPythonsOwnForm) {
  ReviewedList List =
      listOf("filename\tfuncname\tname\treason\n"
             "#???\t-\tsomevar\t???\n\n"
             "##-----------------------\n"
             "Python/fileutils.c\t-\t_Py_open_cloexec_works\t-\n"
             "Modules/posixmodule.c\tos_dup2_impl\tdup3_works\tset once\r\n"
             "Modules/x.cpp\tns::f\tC::n\n");
  ASSERT_THAT(List.Entries, SizeIs(3));
  EXPECT_EQ(List.Entries[0].Function, "");
  EXPECT_EQ(List.Entries[0].Reason, "");
  EXPECT_EQ(List.Entries[1].Function, "os_dup2_impl");
  EXPECT_EQ(List.Entries[1].Reason, "set once");
  EXPECT_EQ(List.Entries[2].Function, "f");
  EXPECT_EQ(List.Entries[2].Variable, "n");
}

TEST(Reviewed, MistakesNameTheLine) {
  for (const char *Line : {"a.c f x reason", "a.c\tf", "a.c\tf\t-\treason"}) {
    auto List = parseReviewed("# c\n" + std::string(Line) + "\n", "r.tsv");
    ASSERT_FALSE(bool(List)) << Line;
    EXPECT_THAT(toString(List.takeError()), HasSubstr("r.tsv:2: expected"));
  }
}

/// What is left of the findings of shared-global and borrowed-ref.
struct Reviewing {
  Linked L{"#include <Python.h>\n"
           "#define METHOD(f) PyMethodDef f##_table[] = "
           "{{#f, f, METH_O, 0}, {0}};\n"
           "static int n;\n"
           "static PyObject *f(PyObject *s, PyObject *o)\n"
           "{ static int m; n++; m++;\n"
           "  return PyObject_Str(PyList_GetItem(o, 0)); }\n"
           "METHOD(f)\n"};
  Report R;

  explicit Reviewing(const std::string &Entries, bool NeedReasons = false) {
    for (const FileFact &File : L.P.Facts.Files)
      R.Files.push_back(File.Path);
    for (const RuleInfo &Rule : allRules())
      if (Rule.Id == "shared-global" || Rule.Id == "borrowed-ref")
        for (Finding &F : Rule.Run(L.P))
          R.Findings.push_back(std::move(F));
    EXPECT_THAT(R.Findings, SizeIs(3));
    std::string File = R.Files[R.Findings[0].Range.File];
    std::string Text = Entries;
    for (size_t At; (At = Text.find('@')) != std::string::npos;)
      Text.replace(At, 1, File);
    applyReviewed(L.P, listOf(Text), NeedReasons, Confidence::Medium, R);
  }
};

TEST(Reviewed, VariablesWhereTheyAreDefined) {
  Reviewing File("@\t-\tn\tcounts\n");
  EXPECT_THAT(File.R.Findings, SizeIs(2));
  EXPECT_EQ(File.R.Suppressed, 1u);
  EXPECT_THAT(File.R.Remarks, IsEmpty());
  // `n` is no variable of `f`, `m` none of the file.
  EXPECT_THAT(Reviewing("@\tf\tn\t-\n@\t-\tm\t-\n").R.Findings, SizeIs(3));
  EXPECT_THAT(Reviewing("@\tf\tm\t-\n").R.Findings, SizeIs(2));
}

TEST(Reviewed, OtherFindingsWhereTheyAre) {
  Reviewing R("@\tf\tPyList_GetItem\tprivate list\n");
  EXPECT_THAT(R.R.Findings, SizeIs(2));
}

TEST(Reviewed, ReasonsWhereAsked) {
  Reviewing R("@\t-\tn\t-\n@\tf\tm\tseen\n", /*NeedReasons=*/true);
  EXPECT_THAT(R.R.Findings, SizeIs(2));
  ASSERT_THAT(R.R.Remarks, SizeIs(1));
  EXPECT_THAT(R.R.Remarks[0].Message, HasSubstr("1 entries have no reason"));
}

TEST(Reviewed, AListOfAnotherRoot) {
  Reviewing R("Modules/other.c\t-\tn\tcounts\n");
  EXPECT_THAT(R.R.Findings, SizeIs(3));
  ASSERT_THAT(R.R.Remarks, SizeIs(1));
  EXPECT_THAT(R.R.Remarks[0].Message, HasSubstr("names no file of this scan"));
}

} // namespace
