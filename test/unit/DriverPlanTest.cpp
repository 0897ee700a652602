//===- DriverPlanTest.cpp - which files, without a build --------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver/Files.h"
#include "Driver/IncludeGraph.h"
#include "DriverTestSupport.h"
#include "gmock/gmock.h"
#include <sys/stat.h>

using namespace ungil;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

namespace {

TEST(DriverText, IncludesAndLanguage) {
  FileText T = scanText("  # include <Python.h>\r\n#include \"a.h\"\n"
                        "#if X\n#include \"b.h\"\n#endif\n#include MACRO\n"
                        "#include \"unclosed\n");
  EXPECT_TRUE(T.Python);
  EXPECT_FALSE(T.Cxx);
  ASSERT_EQ(T.Includes.size(), 3u);
  EXPECT_TRUE(T.Includes[0].Angled);
  EXPECT_FALSE(T.Includes[1].Conditional);
  EXPECT_TRUE(T.Includes[2].Conditional);
}

TEST(DriverText, CxxForCHeadersProvesNothing) {
  EXPECT_FALSE(scanText("#ifdef __cplusplus\nextern \"C\" {\nnamespace x {}\n"
                        "#include <vector>\n#endif\nint f(void);\n")
                   .Cxx);
  EXPECT_TRUE(scanText("#ifdef A\n#endif\nnamespace x {}\n").Cxx);
  EXPECT_TRUE(scanText("#include <vector>\n").Cxx);
  EXPECT_TRUE(scanText("template <class T> requires X<T>\n"
                       "concept C = true;\n")
                  .Cxx20);
  EXPECT_TRUE(scanText("#define Py_LIMITED_API 0x030a0000\n").LimitedApi);
  EXPECT_FALSE(scanText(std::string("\xff\xfe\0#", 4)).Python);
}

TEST(DriverPlan, KeepsWhatReachesPython) {
  TempTree T;
  T.write("repo/src/mod.c", "#include <Python.h>\n#include \"helper.h\"\n");
  T.write("repo/src/helper.h", "int help(void);\n");
  T.write("repo/src/helper.c", "#include \"helper.h\"\n#include \"deep.h\"\n");
  T.write("repo/src/deep.h", "int deep(void);\n");
  T.write("repo/src/deep.c", "int deep(void) { return 1; }\n");
  T.write("repo/src/tool.c", "int main(void) { return 0; }\n");
  T.write("repo/src/indirect.c", "#include \"py.h\"\n");
  T.write("repo/src/py.h", "#include <Python.h>\n");
  ScanPlan P = planOf(T.request({"repo/src"}));
  EXPECT_THAT(unitNames(P),
              ElementsAre("deep.c", "helper.c", "indirect.c", "mod.c"));
  EXPECT_THAT(outNames(P), ElementsAre("tool.c"));
  EXPECT_EQ(P.Root, T.path("repo"));
  EXPECT_TRUE(P.Units[2].IncludesPython);
  EXPECT_FALSE(P.Units[0].IncludesPython);
  EXPECT_FALSE(hasRemark(P, "reaches Python.h"));
}

TEST(DriverPlan, ToolHeadersIncludeEachOtherInTheirOwnTree) {
  TempTree T;
  T.write("repo/include/pybind11/inner.h",
          "#pragma once\n#include <Python.h>\nclass A {};\n");
  T.write("repo/include/pybind11/outer.h",
          "#pragma once\n#include <pybind11/inner.h>\nclass B {};\n");
  ScanPlan P = planOf(T.request({"repo/include"}));
  EXPECT_THAT(unitNames(P), ElementsAre("outer.h"));
  EXPECT_THAT(lineOf(P.Units[0]),
              HasSubstr("-idirafter " + T.path("repo/include") + " "));
}

TEST(DriverPlan, WithoutPythonEverythingIsIn) {
  TempTree T;
  T.write("repo/a.c", "int a;\n");
  T.write("repo/b.cc", "int b;\n");
  ScanPlan P = planOf(T.request({"repo"}));
  EXPECT_THAT(unitNames(P), ElementsAre("a.c", "b.cc"));
  EXPECT_TRUE(hasRemark(P, "no file under the paths given reaches Python.h"));
}

TEST(DriverPlan, TestsAndBuildFoldersOnlyWhenNamed) {
  TempTree T;
  T.write("repo/m.c", "#include <Python.h>\n");
  T.write("repo/tests/t.c", "#include <Python.h>\n");
  T.write("repo/build/gen.c", "#include <Python.h>\n");
  T.write("repo/env/pyvenv.cfg", "");
  T.write("repo/env/e.c", "#include <Python.h>\n");
  T.write("repo/node_modules/n.c", "#include <Python.h>\n");
  ScanPlan P = planOf(T.request({"repo"}));
  EXPECT_THAT(unitNames(P), ElementsAre("m.c"));
  EXPECT_THAT(outNames(P), ElementsAre("t.c"));
  EXPECT_THAT(unitNames(planOf(T.request({"repo/tests"}))), ElementsAre("t.c"));
  EXPECT_THAT(unitNames(planOf(T.request({"repo/build"}))),
              ElementsAre("gen.c"));
  EXPECT_THAT(unitNames(planOf(T.request({"repo/tests/t.c", "repo"}))),
              ElementsAre("m.c", "t.c"));
}

TEST(DriverPlan, IncludedSourcesArePartOfTheirUnit) {
  TempTree T;
  T.write("repo/all.c", "#include <Python.h>\n#include \"part.c\"\n"
                        "#ifdef UNITY\n#include \"maybe.c\"\n#endif\n");
  T.write("repo/part.c", "PyObject *x;\n");
  T.write("repo/maybe.c", "#include <Python.h>\n");
  T.write("repo/ring1.c", "#include <Python.h>\n#include \"ring2.c\"\n");
  T.write("repo/ring2.c", "#include <Python.h>\n#include \"ring1.c\"\n");
  ScanPlan P = planOf(T.request({"repo"}));
  EXPECT_THAT(unitNames(P), ElementsAre("all.c", "maybe.c", "ring2.c"));
  EXPECT_THAT(outNames(P), ElementsAre("part.c", "ring1.c"));
}

TEST(DriverPlan, HeadersNobodyIncludes) {
  TempTree T;
  T.write("repo/m.c", "#include <Python.h>\n#include \"used.h\"\n");
  T.write("repo/used.h", "#include <Python.h>\n");
  T.write("repo/lib/top.h", "#include <Python.h>\n#include \"low.h\"\n"
                            "namespace n {}\n");
  T.write("repo/lib/low.h", "#include <Python.h>\n");
  T.write("repo/lib/plain.h", "int plain;\n");
  T.write("repo/lib/needs.h", "extern PyObject *o;\n");
  ScanPlan P = planOf(T.request({"repo"}));
  EXPECT_THAT(unitNames(P), ElementsAre("needs.h", "top.h", "m.c"));
  EXPECT_EQ(P.Units[1].Origin, UnitOrigin::Header);
  EXPECT_THAT(lineOf(P.Units[1]), HasSubstr(" -x c++ "));
  EXPECT_THAT(lineOf(P.Units[0]), HasSubstr(" -x c -std=gnu17 "));
  EXPECT_THAT(lineOf(P.Units[0]), HasSubstr(" -include Python.h "));
  // Named, a header is a unit although a source includes it.
  EXPECT_THAT(unitNames(planOf(T.request({"repo/used.h"}))),
              ElementsAre("used.h"));
}

TEST(DriverPlan, FlagsWithoutBuild) {
  TempTree T;
  T.write("repo/src/m.cpp", "#include <Python.h>\n#include <pkg/x.h>\n"
                            "#include \"y.h\"\n");
  T.write("repo/include/pkg/x.h", "\n");
  T.write("repo/src/inner/y.h", "\n");
  T.write("repo/other/unused.h", "\n");
  ScanPlan P = planOf(T.request({"repo/src"}));
  ASSERT_EQ(P.Units.size(), 1u);
  EXPECT_EQ(lineOf(P.Units[0]), " -x c++ -std=gnu++17 -idirafter " +
                                    T.path("repo/src/inner") + " -idirafter " +
                                    T.path("repo/include") + " -isystem " +
                                    T.path("python/include/python3.13") +
                                    " -DNDEBUG -DPy_GIL_DISABLED=1 ");
  EXPECT_THAT(P.Folders,
              ElementsAre(T.path("repo/include/pkg"), T.path("repo/src")));
}

TEST(DriverPlan, ToolsOfTheTreeComeBeforeInstalledOnes) {
  TempTree T;
  T.write("repo/src/m.cpp", "#include <pybind11/pybind11.h>\n"
                            "#include <other/x.h>\n");
  T.write("repo/extern/pybind11/include/pybind11/pybind11.h",
          "#include <Python.h>\n");
  T.write("repo/extern/other/include/other/x.h", "\n");
  std::string Tool = T.path("repo/extern/pybind11/include"),
              Other = T.path("repo/extern/other/include");
  EXPECT_THAT(lineOf(planOf(T.request({"repo/src"})).Units.at(0)),
              HasSubstr(" -idirafter " + Other + " -isystem " + Tool + " "));
  // What the build says comes before both.
  T.write("repo/compile_commands.json",
          "[{\"directory\": \"" + T.path("repo") +
              "\", \"file\": \"src/m.cpp\", \"command\": \"c++ -isystem "
              "/opt/pybind11/include -c src/m.cpp\"}]");
  std::string Line = lineOf(planOf(T.request({"repo/src"})).Units.at(0));
  EXPECT_LT(Line.find("-isystem /opt/pybind11/include "),
            Line.find("-isystem " + Tool));
  EXPECT_NE(Line.find("-isystem " + Tool), std::string::npos);
}

TEST(DriverPlan, StandardFromTextAndBuildFiles) {
  TempTree T;
  T.write("repo/m.cpp", "#include <Python.h>\n#include \"c.h\"\n");
  T.write("repo/c.h", "template <class T> concept C = true;\nconcept D = 1;\n");
  EXPECT_THAT(lineOf(planOf(T.request({"repo"})).Units.at(0)),
              HasSubstr(" -std=gnu++20 "));
  T.write("repo/CMakeLists.txt", "set(CMAKE_CXX_STANDARD 23)\n");
  EXPECT_THAT(lineOf(planOf(T.request({"repo"})).Units.at(0)),
              HasSubstr(" -std=gnu++23 "));
}

TEST(DriverPlan, LimitedApiInSource) {
  TempTree T;
  T.write("repo/m.c", "#define Py_LIMITED_API 0x030a0000\n"
                      "#include <Python.h>\n");
  ScanPlan P = planOf(T.request({"repo"}));
  EXPECT_TRUE(hasRemark(P, "Py_LIMITED_API"));
  EXPECT_THAT(lineOf(P.Units.at(0)), HasSubstr("-isystem /ungil-builtin/"));
}

TEST(DriverPlan, Only) {
  TempTree T;
  T.write("repo/a.c", "#include <Python.h>\n#include \"h.h\"\n");
  T.write("repo/b.c", "#include <Python.h>\n");
  T.write("repo/h.h", "\n");
  ScanRequest R = T.request({"repo"});
  R.Only = {T.path("repo/b.c")};
  EXPECT_THAT(unitNames(planOf(R)), ElementsAre("b.c"));
  R.Only = {T.path("repo/h.h")};
  EXPECT_THAT(unitNames(planOf(R)), ElementsAre("a.c"));
  R.Only = {T.path("repo/gone.c")};
  EXPECT_THAT(planError(R), HasSubstr("gone.c' does not exist"));
}

TEST(DriverPlan, BadPaths) {
  TempTree T;
  EXPECT_THAT(planError(T.request({})), HasSubstr("no path given"));
  EXPECT_THAT(planError(T.request({"nope"})), HasSubstr("does not exist"));
  T.write("repo/x.txt", "");
  EXPECT_THAT(planError(T.request({"repo/x.txt"})),
              HasSubstr("not a C or C++ file"));
  T.write("repo/x.pyx", "");
  EXPECT_THAT(planError(T.request({"repo/x.pyx"})), HasSubstr("run Cython"));
  ScanRequest R = T.request({"repo"});
  R.Root = T.path("missing");
  EXPECT_THAT(planError(R), HasSubstr("--root"));
}

TEST(DriverPlan, FolderWithoutSources) {
  TempTree T;
  T.write("repo/empty/x.pyx", "");
  ScanPlan P = planOf(T.request({"repo/empty"}));
  EXPECT_THAT(P.Units, IsEmpty());
  ASSERT_TRUE(hasRemark(P, "no C or C++ source"));
  EXPECT_EQ(P.Remarks.back().Sev, Severity::Error);
  EXPECT_TRUE(hasRemark(P, "1 Cython file"));
}

TEST(DriverPlan, OddNamesAndPipes) {
  TempTree T;
  T.write("repo/b\xff \n.c", "#include <Python.h>\n");
  T.write("repo/m.c", std::string("#include <Python.h>\n\xc3\x28\xff"));
  ASSERT_EQ(::mkfifo(T.path("repo/pipe.c").c_str(), 0600), 0);
  ASSERT_EQ(::symlink("..", T.path("repo/loop").c_str()), 0);
  ASSERT_EQ(::symlink("m.c", T.path("repo/link.c").c_str()), 0);
  EXPECT_THAT(unitNames(planOf(T.request({"repo"}))),
              ElementsAre("b\xff \n.c", "link.c", "m.c"));
}

TEST(DriverPlan, RootWithoutGit) {
  TempTree T;
  T.write("free/a/x.c", "#include <Python.h>\n");
  T.write("free/b/y.c", "#include <Python.h>\n");
  ScanPlan P = planOf(T.request({"free/a", "free/b/y.c"}));
  EXPECT_EQ(P.Root, T.path("free"));
  EXPECT_THAT(P.Folders, ElementsAre(T.path("free/a"), T.path("free/b")));
}

TEST(DriverPlan, DeterministicAndDescribed) {
  TempTree T;
  for (int I = 0; I != 20; ++I)
    T.write("repo/d" + std::to_string(I % 3) + "/f" + std::to_string(I) + ".c",
            I % 4 ? "#include <Python.h>\n" : "int x;\n");
  std::string First = describe(planOf(T.request({"repo"})));
  EXPECT_EQ(First, describe(planOf(T.request({"repo"}))));
  EXPECT_THAT(First, HasSubstr("units:     15 in, 5 left out"));
  EXPECT_THAT(First, HasSubstr("python:    3.13.1"));
  EXPECT_THAT(First, HasSubstr("d1/f1.c  [no build] includes Python.h"));
  EXPECT_THAT(First, Not(HasSubstr("warning:")));
}

TEST(DriverFiles, WalkIsBounded) {
  TempTree T;
  for (int I = 0; I != 30; ++I)
    T.write("repo/f" + std::to_string(I) + ".c", "");
  Listing L = listTree(T.path("repo"), 10);
  EXPECT_TRUE(L.Truncated);
  EXPECT_LE(L.Files.size(), 10u);
  EXPECT_FALSE(listTree(T.path("repo"), 1000).Truncated);
}

TEST(DriverFiles, Within) {
  EXPECT_TRUE(isWithin("/a/b/c", "/a/b"));
  EXPECT_TRUE(isWithin("/a/b", "/a/b"));
  EXPECT_FALSE(isWithin("/a/bc", "/a/b"));
  EXPECT_TRUE(isWithin("/a", "/"));
  EXPECT_TRUE(isInTests("/r/tests/x.c", "/r"));
  EXPECT_FALSE(isInTests("/r/tests/x.c", "/r/tests"));
  EXPECT_FALSE(isInTests("/r/test.c", "/r"));
}

} // namespace
