//===- DriverDatabaseTest.cpp - commands of a build -------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver/Database.h"
#include "Driver/Flags.h"
#include "DriverTestSupport.h"
#include "gmock/gmock.h"
#include <nlohmann/json.hpp>

using namespace ungil;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

namespace {

using Args = std::vector<std::string>;

Args kept(const Args &Line) { return keepMeaning(Line, "/project").Args; }

TEST(DriverFlags, AllowList) {
  EXPECT_THAT(kept({"-c",
                    "-O3",
                    "-g",
                    "-fPIC",
                    "-Wall",
                    "-Werror=foo",
                    "-fno-semantic-interposition",
                    "-fplugin=x.so",
                    "-Xclang",
                    "-load",
                    "-Xclang",
                    "x.so",
                    "-o",
                    "-I",
                    "-MD",
                    "-MF",
                    "a.d",
                    "@gone.rsp",
                    "x.c",
                    "-mllvm",
                    "-foo",
                    "-std=c11",
                    "-DA=1",
                    "-D",
                    "B",
                    "-UC",
                    "-fno-exceptions",
                    "-fopenmp",
                    "-m32",
                    "--target=aarch64-linux-gnu"}),
              ElementsAre("-std=c11", "-D", "A=1", "-D", "B", "-U", "C",
                          "-fno-exceptions", "-fopenmp", "-m32",
                          "--target=aarch64-linux-gnu"));
}

TEST(DriverFlags, PathsBecomeAbsolute) {
  EXPECT_THAT(kept({"-Iinc", "-I", "../up", "-isystem", "/s", "-iquoteq",
                    "-idirafter", "d", "--sysroot=/r", "-include", "h.h"}),
              ElementsAre("-I", "/project/inc", "-I", "/up", "-isystem", "/s",
                          "-iquote", "/project/q", "-idirafter", "/project/d",
                          "--sysroot=/r", "-include", "h.h"));
}

TEST(DriverFlags, PythonOfTheBuildGoes) {
  CleanFlags F =
      keepMeaning({"-I/usr/include/python3.11", "-DPy_LIMITED_API=0x03080000",
                   "-DPy_GIL_DISABLED", "-UPy_GIL_DISABLED",
                   "-DPy_LIMITED_API_X", "-DPy_LIMITED"},
                  "/");
  EXPECT_THAT(F.Args, ElementsAre("-D", "Py_LIMITED"));
  EXPECT_TRUE(F.LimitedApi);
  EXPECT_FALSE(keepMeaning({"-DA"}, "/").LimitedApi);
}

TEST(DriverFlags, CMakePrecompiledHeader) {
  EXPECT_THAT(kept({"-Winvalid-pch", "-Xclang", "-include-pch", "-Xclang",
                    "x.pch", "-Xclang", "-include", "-Xclang", "pch.hxx"}),
              ElementsAre("-include", "pch.hxx"));
}

TEST(DriverFlags, ValueMissingAtTheEnd) {
  EXPECT_THAT(kept({"-DA", "-o"}), ElementsAre("-D", "A"));
}

struct Entry {
  std::string File, Directory;
  Args Line;
};

std::string database(TempTree &T, const std::string &Where,
                     const std::vector<Entry> &Entries) {
  nlohmann::json Out = nlohmann::json::array();
  for (const Entry &E : Entries)
    Out.push_back(
        {{"file", E.File}, {"directory", E.Directory}, {"arguments", E.Line}});
  return T.write(Where, Out.dump());
}

TEST(DriverDatabase, FoundAndRetargeted) {
  TempTree T;
  T.write("repo/src/m.c", "#include <Python.h>\n");
  T.write("repo/src/win.c", "#include <Python.h>\n");
  T.write("old/include/python3.11/Python.h", "");
  database(T, "repo/build/cp313/compile_commands.json",
           {{"../../src/m.c",
             T.path("repo/build/cp313"),
             {"gcc", "-I" + T.path("old/include/python3.11"), "-DX=a b",
              "-fno-plt-unknown", "-c", "../../src/m.c", "-o", "m.o"}}});
  ScanPlan P = planOf(T.request({"repo/src"}));
  EXPECT_EQ(P.Database, T.path("repo/build/cp313/compile_commands.json"));
  ASSERT_THAT(unitNames(P), ElementsAre("m.c"));
  EXPECT_EQ(P.Units[0].Origin, UnitOrigin::Database);
  EXPECT_EQ(P.Units[0].Directory, T.path("repo/build/cp313"));
  EXPECT_EQ(lineOf(P.Units[0]), " -x c -D X=a b -isystem " +
                                    T.path("python/include/python3.13") +
                                    " -DNDEBUG -DPy_GIL_DISABLED=1 ");
  ASSERT_THAT(outNames(P), ElementsAre("win.c"));
  EXPECT_THAT(P.Out[0].Why, HasSubstr("does not name it"));
  ScanRequest R = T.request({"repo/src"});
  R.NoBuild = true;
  EXPECT_THAT(unitNames(planOf(R)), ElementsAre("m.c", "win.c"));
}

/// Neither git nor a Python project says where the project begins: the script
/// of the build does, those of its parts do not.
TEST(DriverDatabase, BesideTheSourcesOfABuild) {
  TempTree T;
  for (const char *Script : {"CMakeLists.txt", "meson.build"}) {
    std::string Top = std::string("alone-") + Script;
    T.write(Top + "/" + Script, "# project of mine\n  Project (m C)\n");
    T.write(Top + "/src/" + Script, "# no project(\nsubproject('x')\n");
    std::string File = T.write(Top + "/src/ext/m.c", "#include <Python.h>\n");
    T.write(Top + "/build/compile_commands.json",
            "[{\"directory\": \"/\", \"file\": \"" + File +
                "\", \"command\": \"cc -DFROM_BUILD -c " + File + "\"}]");
    for (const char *Named : {"/src", "/src/ext", "/src/ext/m.c"})
      EXPECT_THAT(lineOf(planOf(T.request({Top + Named})).Units.at(0)),
                  HasSubstr("FROM_BUILD"))
          << Top + Named;
  }
}

TEST(DriverDatabase, NamedFileWithoutEntryBorrowsFlags) {
  TempTree T;
  T.write("repo/a/x.c", "#include <Python.h>\n");
  std::string New = T.write("repo/a/new.c", "#include <Python.h>\n");
  T.write("repo/b/y.c", "#include <Python.h>\n");
  T.write("repo/b/z.cpp", "#include <Python.h>\n");
  T.write("repo/a/alone.h", "#include <Python.h>\n");
  std::vector<Entry> Entries;
  for (std::string File : {"repo/a/x.c", "repo/b/y.c", "repo/b/z.cpp"})
    Entries.push_back({T.path(File),
                       T.path("repo"),
                       {"c++", "-DFROM=" + File, "-c", T.path(File)}});
  Entries[0].Line[0] = Entries[1].Line[0] = "cc";
  database(T, "repo/compile_commands.json", Entries);
  ScanPlan P = planOf(T.request({"repo/a/new.c", "repo"}));
  EXPECT_THAT(unitNames(P),
              ElementsAre("alone.h", "new.c", "x.c", "y.c", "z.cpp"));
  EXPECT_THAT(lineOf(P.Units[1]), HasSubstr("FROM=repo/a/x.c"));
  EXPECT_EQ(P.Units[1].Origin, UnitOrigin::NoBuild);
  EXPECT_THAT(lineOf(P.Units[0]), HasSubstr("FROM=repo/a/x.c"));
  EXPECT_THAT(lineOf(P.Units[4]), HasSubstr(" -x c++ "));
}

TEST(DriverDatabase, CxxDriverAndResponseFile) {
  TempTree T;
  T.write("repo/m.c", "#include <Python.h>\n");
  T.write("repo/flags.rsp", "-DFROM_RSP=1 -Iinc\n");
  database(T, "repo/compile_commands.json",
           {{"m.c",
             T.path("repo"),
             {"/usr/bin/g++-12", "@flags.rsp", "-c", "m.c"}}});
  ScanPlan P = planOf(T.request({"repo"}));
  EXPECT_THAT(lineOf(P.Units.at(0)),
              HasSubstr(" -x c++ -D FROM_RSP=1 -I " + T.path("repo/inc")));
}

TEST(DriverDatabase, StaleEntriesAndTests) {
  TempTree T;
  T.write("repo/m.c", "#include <Python.h>\n");
  T.write("repo/tests/t.c", "#include <Python.h>\n");
  database(T, "repo/build/compile_commands.json",
           {{T.path("repo/m.c"), T.path("repo"), {"cc", "m.c"}},
            {T.path("repo/m.c"), T.path("repo"), {"cc", "-DSECOND", "m.c"}},
            {T.path("repo/gone.c"), T.path("repo"), {"cc", "gone.c"}},
            {T.path("repo/tests/t.c"), T.path("repo"), {"cc", "t.c"}}});
  ScanPlan P = planOf(T.request({"repo"}));
  EXPECT_THAT(unitNames(P), ElementsAre("m.c"));
  EXPECT_THAT(lineOf(P.Units[0]), Not(HasSubstr("SECOND")));
  EXPECT_THAT(outNames(P), ElementsAre("gone.c", "t.c"));
}

TEST(DriverDatabase, OfAnotherTree) {
  TempTree T;
  T.write("repo/m.c", "#include <Python.h>\n");
  std::string Other = T.write("other/x.c", "int x;\n");
  database(T, "db/compile_commands.json",
           {{Other, T.path("other"), {"cc", "x.c"}}});
  ScanRequest R = T.request({"repo"});
  R.BuildDir = T.path("db");
  ScanPlan P = planOf(R);
  EXPECT_THAT(unitNames(P), ElementsAre("m.c"));
  EXPECT_EQ(P.Database, "");
  EXPECT_TRUE(hasRemark(P, "names no file under the paths given"));
}

TEST(DriverDatabase, Unreadable) {
  TempTree T;
  T.write("repo/m.c", "#include <Python.h>\n");
  T.write("repo/build/compile_commands.json", "{ not json ]");
  // Found by itself it is a remark, named it is an error.
  ScanPlan P = planOf(T.request({"repo"}));
  EXPECT_THAT(unitNames(P), ElementsAre("m.c"));
  EXPECT_TRUE(hasRemark(P, "cannot be read"));
  ScanRequest R = T.request({"repo"});
  R.BuildDir = T.path("repo/build");
  std::string Message = planError(R);
  EXPECT_THAT(Message, HasSubstr("cannot be read"));
  EXPECT_THAT(Message, Not(HasSubstr("\n")));
  R.BuildDir = T.path("repo");
  EXPECT_THAT(planError(R), HasSubstr("does not exist; -p takes"));
}

TEST(DriverDatabase, LimitedApiIsRemarkedOnce) {
  TempTree T;
  std::vector<Entry> Entries;
  for (std::string Name : {"a.c", "b.c"}) {
    T.write("repo/" + Name, "#include <Python.h>\n");
    Entries.push_back(
        {Name, T.path("repo"), {"cc", "-DPy_LIMITED_API=0x030b0000", Name}});
  }
  database(T, "repo/compile_commands.json", Entries);
  ScanPlan P = planOf(T.request({"repo"}));
  EXPECT_EQ(P.Remarks.size(), 1u);
  EXPECT_TRUE(hasRemark(P, "Py_LIMITED_API"));
}

} // namespace
