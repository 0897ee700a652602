//===- LinkMergeTest.cpp - facts of all units as one ----------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FactsTesting.h"
#include "Link/Link.h"
#include "Link/Merge.h"
#include "gmock/gmock.h"
#include <algorithm>

using namespace ungil;
using namespace ungil::testing;
using ::testing::ElementsAre;
using ::testing::SizeIs;

namespace {

/// `file: phases` of every body called \p Name, sorted.
std::vector<std::string> bodies(const Linked &L, std::string_view Name) {
  std::vector<std::string> Out;
  for (FunctionId F = 0; F != L.P.Functions.size(); ++F) {
    if (L.P.name(F) != Name)
      continue;
    std::string File = L.P.Facts.Files[L.P.body(F).Body.File].Path;
    const char *Phase = L.P.initOnly(F)           ? "init"
                        : L.P.provedConcurrent(F) ? "concurrent"
                                                  : "unknown";
    Out.push_back(File.substr(File.rfind('/') + 1) + ": " + Phase);
  }
  std::sort(Out.begin(), Out.end());
  return Out;
}

const std::string Lists =
    Python + "PyObject *list(PyObject *, PyObject *);\n" + method("list");

TEST(MergeBodies, EveryPlatformsBodyOfANameIsAFunction) {
  Linked L(SourceFiles{
      {"module.c", Lists},
      {"linux.c", Python + "static PyObject *one(void) { return 0; }\n"
                           "PyObject *list(PyObject *s, PyObject *a)\n"
                           "{ return one(); }\n"},
      {"osx.c", Python + "static PyObject *one(void) { return 0; }\n"
                         "PyObject *list(PyObject *s, PyObject *a)\n"
                         "{ one(); one(); return one(); }\n"}});
  EXPECT_THAT(bodies(L, "list"),
              ElementsAre("linux.c: concurrent", "osx.c: concurrent"));
  EXPECT_THAT(bodies(L, "one"),
              ElementsAre("linux.c: concurrent", "osx.c: concurrent"));
}

TEST(MergeBodies, ACallFromElsewhereMayRunEachOfThem) {
  Linked L(
      SourceFiles{{"module.c", Python +
                                   "int scan(int);\n"
                                   "PyObject *f(PyObject *s, PyObject *o)\n"
                                   "{ scan(1); return o; }\n" +
                                   method("f")},
                  {"linux.c", "int scan(int n) { return n; }\n"},
                  {"osx.c", "int scan(int n) { return n + 1; }\n"}});
  EXPECT_THAT(bodies(L, "scan"),
              ElementsAre("linux.c: concurrent", "osx.c: concurrent"));
}

TEST(MergeBodies, AUnitCallsTheBodyItDefines) {
  const std::string Callable = "int scan(int n) { return n; }\n"
                               "PyObject *f(PyObject *s, PyObject *o)\n"
                               "{ scan(1); return o; }\n";
  Linked L(SourceFiles{{"one.c", Python + Callable + method("f")},
                       {"two.c", "int scan(int n) { return n + 1; }\n"}});
  EXPECT_THAT(bodies(L, "scan"),
              ElementsAre("one.c: concurrent", "two.c: unknown"));
}

TEST(MergeBodies, AFunctionHandedOverIsEachOfItsBodies) {
  Linked L(SourceFiles{
      {"module.c", Python +
                       "void done(void *);\n"
                       "void run(void (*f)(void *), void *p) { f(p); }\n"
                       "PyObject *f(PyObject *s, PyObject *o)\n"
                       "{ run(done, s); return o; }\n" +
                       method("f")},
      {"linux.c", "void done(void *p) {}\n"},
      {"osx.c", "void done(void *p) { *(int *)p = 1; }\n"}});
  EXPECT_THAT(bodies(L, "done"),
              ElementsAre("linux.c: concurrent", "osx.c: concurrent"));
}

TEST(MergeBodies, AHeadersFunctionIsOne) {
  SourceFiles Headers{{"h.h", "inline int twice(int n) { return 2 * n; }\n"}};
  Linked L(SourceFiles{{"a.cpp", "#include \"h.h\"\nint a() "
                                 "{ return twice(1); }\n"},
                       {"b.cpp", "#include \"h.h\"\nint b() "
                                 "{ return twice(2); }\n"}},
           Headers);
  EXPECT_THAT(bodies(L, "twice"), SizeIs(1));
}

TEST(MergeBodies, StaticsStayApart) {
  Linked L(SourceFiles{{"a.c", "static int f(void) { return 1; }\n"
                               "int a(void) { return f(); }\n"},
                       {"b.c", "static int f(void) { return 2; }\n"
                               "int b(void) { return f(); }\n"}});
  EXPECT_THAT(bodies(L, "f"), ElementsAre("a.c: unknown", "b.c: unknown"));
}

TEST(MergeBodies, TheOrderOfUnitsDoesNotMatter) {
  SourceFiles Files{{"m.c", Lists},
                    {"a.c", "int list(void) { return 1; }\n"},
                    {"b.c", "int list(void) { return 2; }\n"}};
  auto Names = [&](std::vector<std::string> Order) {
    std::vector<TuFacts> Units;
    for (const std::string &Name : Order)
      Units.push_back(factsOf(Files, Name));
    std::vector<std::string> Out;
    for (const Entity &E : merge(std::move(Units)).Facts.Entities)
      Out.push_back(E.Usr);
    return Out;
  };
  EXPECT_EQ(Names({"m.c", "a.c", "b.c"}), Names({"b.c", "m.c", "a.c"}));
}

/// One unit of a header's function \p f; \p Broken lost a statement of it.
TuFacts unitOf(const std::string &Main, bool Broken) {
  SourceFiles Files{{"h.h", "inline int f(int n) { return n + ONE; }\n"},
                    {Main, "#define ONE 1\n#include \"h.h\"\n"}};
  TuFacts Facts = factsOf(Files, Main);
  if (Broken)
    Facts.Entities[Facts.Functions.at(0).Id].Flags |= EF_HasError;
  return Facts;
}

TEST(MergeBodies, ABodyReadWholeOnceIsWhole) {
  for (bool First : {true, false}) {
    std::vector<TuFacts> Units;
    Units.push_back(unitOf("a.cpp", First));
    Units.push_back(unitOf("b.cpp", !First));
    TuFacts Whole = merge(std::move(Units)).Facts;
    EXPECT_EQ(Whole.FunctionsSeen, 1u);
    EXPECT_EQ(Whole.FunctionsAnalysed, 1u) << First;
  }
}

} // namespace
