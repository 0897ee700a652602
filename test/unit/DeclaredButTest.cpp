//===- DeclaredButTest.cpp - promises that findings contradict ------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rules/DeclaredBut.h"
#include "FactsTesting.h"
#include "gmock/gmock.h"

using namespace ungil;
using namespace ungil::testing;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

namespace {

/// A multi-phase module \p Name with one function `<Name>_f`.
std::string module(const std::string &Name, bool Declares) {
  return "#include <Python.h>\n"
         "int " +
         Name +
         "_f(PyObject *m) { return 0; }\n"
         "static PyModuleDef_Slot slots[] = {{Py_mod_exec, " +
         Name + "_f},\n" +
         (Declares ? "{Py_mod_gil, Py_MOD_GIL_NOT_USED},\n" : "") +
         "{0, 0}};\n"
         "static struct PyModuleDef def = {PyModuleDef_HEAD_INIT, \"" +
         Name +
         "\", 0, 0, 0, slots};\n"
         "PyMODINIT_FUNC PyInit_" +
         Name + "(void) { return PyModuleDef_Init(&def); }\n";
}

Finding in(const Linked &L, std::string_view Function,
           Confidence Conf = Confidence::High) {
  Finding F;
  F.Rule = "shared-global";
  F.Message = "something is shared";
  F.Conf = Conf;
  F.Range = L.P.body(L.function(Function)).Body;
  return F;
}

FindingList added(const Linked &L, FindingList All) {
  size_t Before = All.size();
  addDeclaredBut(L.P, All);
  return {All.begin() + Before, All.end()};
}

TEST(DeclaredBut, NamesWhatContradicts) {
  Linked L(module("spam", true));
  FindingList New = added(L, {in(L, "spam_f")});
  ASSERT_THAT(New, SizeIs(1));
  EXPECT_EQ(New[0].Rule, "module-gil-slot");
  EXPECT_EQ(New[0].Conf, Confidence::High);
  EXPECT_EQ(New[0].Range.Line, 4u); // the slot
  EXPECT_THAT(New[0].Message, HasSubstr("but 1 finding says otherwise"));
  ASSERT_THAT(New[0].Notes, SizeIs(1));
  EXPECT_THAT(New[0].Notes[0].Message, HasSubstr("[shared-global]"));
}

TEST(DeclaredBut, SilentWithoutDeclaration) {
  Linked L(module("spam", false));
  EXPECT_THAT(added(L, {in(L, "spam_f")}), IsEmpty());
}

TEST(DeclaredBut, SilentWithoutHighConfidence) {
  Linked L(module("spam", true));
  EXPECT_THAT(added(L, {in(L, "spam_f", Confidence::Medium)}), IsEmpty());
  Finding Hint = in(L, "spam_f");
  Hint.Sev = Severity::Note;
  EXPECT_THAT(added(L, {Hint}), IsEmpty());
}

TEST(DeclaredBut, EveryModuleAnswersForItsOwnCode) {
  Linked L({{"a.c", module("a", true)}, {"b.c", module("b", true)}});
  FindingList New = added(L, {in(L, "b_f")});
  ASSERT_THAT(New, SizeIs(1));
  EXPECT_EQ(New[0].Entity, "b");
}

TEST(DeclaredBut, CodeThatTwoModulesCallCountsForBoth) {
  std::string Call = "int common(void);\nint use(void) { return common(); }\n";
  std::string CallToo =
      "int common(void);\nint use2(void) { return common(); }\n";
  Linked L({{"a.c", module("a", true) + Call},
            {"b.c", module("b", true) + CallToo},
            {"c.c", "int common(void) { return 1; }\n"}});
  EXPECT_THAT(added(L, {in(L, "common")}), SizeIs(2));
}

} // namespace
