//===- RulesTest.cpp - program to findings --------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What every finding owes its reader, whatever the rule. The shapes each rule
// finds are in test/rules.
//
//===----------------------------------------------------------------------===//

#include "Rules/Rules.h"
#include "FactsTesting.h"
#include "gmock/gmock.h"

using namespace ungil;
using namespace ungil::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

namespace {

const std::string Head =
    "#include <Python.h>\n"
    "#define METHOD(f) PyMethodDef f##_table[] = {{#f, f, METH_O, 0}, {0}};\n";

FindingList findings(const Linked &L, std::string_view Rule) {
  for (const RuleInfo &R : allRules())
    if (R.Id == Rule && R.Run)
      return R.Run(L.P);
  ADD_FAILURE() << "no rule " << Rule;
  return {};
}

TEST(Rules, EveryPartOfAMessageIsThere) {
  Linked L(Head + "int n; PyObject *c;\n"
                  "static PyObject *f(PyObject *s, PyObject *o) { n++;\n"
                  "  if (c == NULL) c = PyList_New(0);\n"
                  "  PyObject *k, *v; Py_ssize_t i = 0;\n"
                  "  while (PyDict_Next(o, &i, &k, &v)) PyObject_Str(v);\n"
                  "  return PyObject_Str(PyList_GetItem(o, 0)); }\n"
                  "METHOD(f)\n");
  for (const char *Rule :
       {"shared-global", "lazy-init", "dict-iteration", "borrowed-ref"}) {
    FindingList All = findings(L, Rule);
    ASSERT_THAT(All, SizeIs(1)) << Rule;
    const Finding &F = All[0];
    EXPECT_EQ(F.Rule, Rule);
    EXPECT_EQ(F.Function, "f");
    EXPECT_TRUE(F.Range.isValid());
    EXPECT_THAT(F.Trace, SizeIs(1)) << Rule;
    for (const std::string &Text : {F.Message, F.Why, F.Help}) {
      EXPECT_THAT(Text, Not(IsEmpty())) << Rule;
      EXPECT_THAT(Text, Not(HasSubstr("\n"))) << Rule;
    }
    EXPECT_NE(F.Message.back(), '.') << Rule;
  }
}

TEST(Rules, OneFindingPerPlaceWithTheOtherSide) {
  Linked L(Head + "static int n;\n"
                  "static PyObject *a(PyObject *s, PyObject *o)\n"
                  "{ n = 1; n = 2; return o; }\n"
                  "static PyObject *b(PyObject *s, PyObject *o)\n"
                  "{ return PyLong_FromLong(n); }\n"
                  "METHOD(a) METHOD(b)\n");
  FindingList All = findings(L, "shared-global");
  ASSERT_THAT(All, SizeIs(1));
  EXPECT_EQ(All[0].Entity, "n");
  EXPECT_EQ(All[0].Conf, Confidence::High);
  ASSERT_THAT(All[0].Notes, SizeIs(2));
  EXPECT_EQ(All[0].Notes[0].Message, "'n' is defined here");
  EXPECT_EQ(All[0].Notes[1].Message, "also read here, in 'b' (method 'b')");
}

TEST(Rules, TheOtherSideIsInAnotherFile) {
  Linked L({{"a.c", Head + "extern int n;\n"
                           "static PyObject *a(PyObject *s, PyObject *o)\n"
                           "{ n = 1; return o; }\nMETHOD(a)\n"},
            {"b.c", Head + "int n;\n"
                           "static PyObject *b(PyObject *s, PyObject *o)\n"
                           "{ return PyLong_FromLong(n); }\nMETHOD(b)\n"}});
  FindingList All = findings(L, "shared-global");
  ASSERT_THAT(All, SizeIs(1));
  ASSERT_THAT(All[0].Notes, SizeIs(2));
  for (const Note &N : All[0].Notes)
    EXPECT_THAT(L.P.Facts.Files[N.Range.File].Path, HasSubstr("b.c"));
}

TEST(Rules, FieldsOfAStructureAreJudgedApart) {
  Linked L(Head + "static struct { int width; PyMutex lock; long n; } state;\n"
                  "static PyObject *f(PyObject *s, PyObject *o)\n"
                  "{ return PyLong_FromLong(state.width); }\n"
                  "static PyObject *g(PyObject *s, PyObject *o)\n"
                  "{ PyMutex_Lock(&state.lock); state.n++;\n"
                  "  PyMutex_Unlock(&state.lock); return o; }\n"
                  "METHOD(f) METHOD(g)\n"
                  "PyMODINIT_FUNC PyInit_m(void)\n"
                  "{ state.width = 80; return NULL; }\n");
  EXPECT_THAT(findings(L, "shared-global"), IsEmpty());
}

static void expectConfidence(const std::string &Statement, Confidence Conf) {
  Linked L(Head +
           "int n;\n"
           "static PyObject *f(PyObject *s, PyObject *o)\n"
           "{ " +
           Statement +
           " n++;\n"
           "  return PyObject_Str(PyList_GetItem(s, 0)); }\n"
           "METHOD(f)\n");
  for (const char *Rule : {"shared-global", "borrowed-ref"}) {
    FindingList All = findings(L, Rule);
    ASSERT_THAT(All, SizeIs(1)) << Rule << Statement;
    EXPECT_EQ(All[0].Conf, Conf) << Rule << Statement;
  }
}

TEST(Rules, BodiesThatMissAStatementAreMedium) {
  expectConfidence("if (unknown_thing) o = s;", Confidence::Medium);
}

TEST(Rules, BodiesThatMayMissALockAreOnlyLow) {
  expectConfidence("take(&missing_mutex);", Confidence::Low);
}

TEST(Rules, AssumedCallersGiveMediumAtMost) {
  Linked L(Head + "int n; void f(void) { n++; }\n");
  FindingList All = findings(L, "shared-global");
  ASSERT_THAT(All, SizeIs(1));
  EXPECT_EQ(All[0].Conf, Confidence::Medium);
  EXPECT_THAT(All[0].Trace, IsEmpty());
}

TEST(Rules, InitialisationAndTraversalAreSilent) {
  Linked L(Head + "int n; PyObject *list;\n"
                  "static int exec(PyObject *m) { n = 1;\n"
                  "  return PyList_GetItem(m, 0) != NULL; }\n"
                  "static int clear(PyObject *m) { n = 0; return 0; }\n"
                  "PyModuleDef_Slot slots[] = {{Py_mod_exec, exec}, {0, 0}};\n"
                  "struct PyModuleDef def = {PyModuleDef_HEAD_INIT, \"m\", 0,\n"
                  "  0, 0, slots, 0, clear};\n"
                  "PyMODINIT_FUNC PyInit_m(void)\n"
                  "{ return PyModuleDef_Init(&def); }\n");
  for (const char *Rule : {"shared-global", "lazy-init", "borrowed-ref"})
    EXPECT_THAT(findings(L, Rule), IsEmpty()) << Rule;
}

TEST(Rules, BadFactsOfOtherUnitsDoNotMatter) {
  Linked L({{"good.c", Head + "int n;\n"
                              "static PyObject *f(PyObject *s, PyObject *o)\n"
                              "{ n++; return o; }\nMETHOD(f)\n"},
            {"bad.c", "#include \"missing.h\"\nstruct {{{ broken;\n"}});
  FindingList All = findings(L, "shared-global");
  ASSERT_THAT(All, SizeIs(1));
  EXPECT_EQ(All[0].Conf, Confidence::High);
}

TEST(Rules, EveryRuleSurvivesAnEmptyProgram) {
  Linked L(SourceFiles{});
  for (const RuleInfo &R : allRules())
    if (R.Run) {
      EXPECT_THAT(R.Run(L.P), IsEmpty()) << R.Id;
    }
}

} // namespace
