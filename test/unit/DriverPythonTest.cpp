//===- DriverPythonTest.cpp - finding headers -------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver/PythonHeaders.h"
#include "DriverTestSupport.h"
#include "gmock/gmock.h"

using namespace ungil;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

PythonHeaders found(llvm::StringRef Choice,
                    std::vector<std::string> Folders = {}) {
  auto H = findPython(Choice, Folders);
  if (H)
    return std::move(*H);
  ADD_FAILURE() << llvm::toString(H.takeError());
  return {};
}

std::string foundError(llvm::StringRef Choice) {
  auto H = findPython(Choice, {});
  return H ? "" : llvm::toString(H.takeError());
}

TEST(DriverPython, Versions) {
  using Version = std::array<unsigned, 3>;
  EXPECT_EQ(versionOf("3.13.0"), (Version{3, 13, 0}));
  EXPECT_EQ(versionOf("3.15.0a1+"), (Version{3, 15, 0}));
  EXPECT_EQ(versionOf(""), (Version{0, 0, 0}));
  EXPECT_LT(versionOf("3.9.1"), versionOf("3.13"));
}

TEST(DriverPython, IncludeFolder) {
  TempTree T;
  std::string Dir = T.python("3.14.0rc1");
  PythonHeaders H = found(Dir);
  EXPECT_EQ(H.IncludeDir, Dir);
  EXPECT_EQ(H.Version, "3.14.0rc1");
  EXPECT_EQ(H.PlatformDir, "");
  EXPECT_FALSE(H.FreeThreadedBuild);
  EXPECT_THAT(pythonArgs(H), ElementsAre("-isystem", Dir));
}

TEST(DriverPython, PrefixTakesItsNewest) {
  TempTree T;
  T.python("3.12.4", "p/include/python3.12");
  std::string New = T.python("3.13.2", "p/include/python3.13");
  T.python("3.9.2", "p/include/python3.9");
  EXPECT_EQ(found(T.path("p")).IncludeDir, New);
}

TEST(DriverPython, FreeThreadedBuildWinsATie) {
  TempTree T;
  T.python("3.13.2", "p/include/python3.13");
  std::string Free = T.python("3.13.2", "p/include/python3.13t");
  T.write("p/include/python3.13t/pyconfig.h", "#define Py_GIL_DISABLED 1\n");
  PythonHeaders H = found(T.path("p"));
  EXPECT_EQ(H.IncludeDir, Free);
  EXPECT_TRUE(H.FreeThreadedBuild);
}

TEST(DriverPython, DebianPlatformFolder) {
  TempTree T;
  std::string Dir = T.python("3.13.5", "u/include/python3.13");
  T.write("u/include/python3.13/pyconfig.h",
          "#if defined(__linux__)\n"
          "# include <riscv64-linux-gnu/python3.13/pyconfig.h>\n"
          "# include <x86_64-linux-gnu/python3.13/pyconfig.h>\n#endif\n");
  T.write("u/include/x86_64-linux-gnu/python3.13/pyconfig.h",
          "#define Py_GIL_DISABLED 1\n");
  PythonHeaders H = found(Dir);
  EXPECT_EQ(H.PlatformDir, T.path("u/include"));
  EXPECT_TRUE(H.FreeThreadedBuild);
  EXPECT_THAT(pythonArgs(H),
              ElementsAre("-isystem", Dir, "-idirafter", T.path("u/include")));
}

/// An interpreter that would hang the test if it were run.
std::string fakeInterpreter(TempTree &T, llvm::StringRef Name,
                            llvm::StringRef Script = "sleep 1000") {
  std::string File = T.write(Name, ("#!/bin/sh\n" + Script + "\n").str());
  EXPECT_FALSE(llvm::sys::fs::setPermissions(File, llvm::sys::fs::all_all));
  return File;
}

TEST(DriverPython, InterpreterByLayout) {
  TempTree T;
  T.python("3.12.4", "p/include/python3.12");
  std::string Dir = T.python("3.13.2", "p/include/python3.13");
  std::string Interpreter = fakeInterpreter(T, "p/bin/python3.13");
  ASSERT_FALSE(
      llvm::sys::fs::create_link("python3.13", T.path("p/bin/python3")));
  T.write("p/lib/python3.13/site-packages/numpy/_core/include/x.h", "");
  T.write("p/lib/python3.13/site-packages/pybind11/include/x.h", "");
  PythonHeaders H = found(T.path("p/bin/python3"));
  EXPECT_EQ(H.IncludeDir, Dir);
  EXPECT_THAT(
      H.ToolIncludes,
      ElementsAre(T.path("p/lib/python3.13/site-packages/numpy/_core/include"),
                  T.path("p/lib/python3.13/site-packages/pybind11/include")));
}

TEST(DriverPython, VirtualEnvironment) {
  TempTree T;
  std::string Dir = T.python("3.13.2", "p/include/python3.13");
  fakeInterpreter(T, "p/bin/python3.13");
  T.write("v/pyvenv.cfg", "home = " + T.path("p/bin") + "\nversion = 3.13.2\n");
  T.write("v/bin/activate", "");
  ASSERT_FALSE(llvm::sys::fs::create_link(T.path("p/bin/python3.13"),
                                          T.path("v/bin/python")));
  T.write("v/lib/python3.13/site-packages/nanobind/include/x.h", "");
  for (const char *Choice : {"v", "v/bin/python"}) {
    PythonHeaders H = found(T.path(Choice));
    EXPECT_EQ(H.IncludeDir, Dir) << Choice;
    EXPECT_THAT(
        H.ToolIncludes,
        ElementsAre(T.path("v/lib/python3.13/site-packages/nanobind/include")))
        << Choice;
  }
}

TEST(DriverPython, AsksAnInterpreterOfUnknownLayout) {
  TempTree T;
  std::string Dir = T.python("3.13.2", "odd/place");
  EXPECT_EQ(found(fakeInterpreter(T, "wrap", "echo " + Dir)).IncludeDir, Dir);
  EXPECT_THAT(foundError(fakeInterpreter(T, "broken", "exit 1")),
              HasSubstr("headers are not installed"));
}

TEST(DriverPython, WrongChoice) {
  TempTree T;
  EXPECT_THAT(foundError(T.path("nothing")), HasSubstr("no such file"));
  EXPECT_THAT(foundError(T.path("repo")), HasSubstr("no Python.h there"));
  EXPECT_THAT(foundError("no-such-python"), HasSubstr("no such program"));
}

TEST(DriverPython, NewestOfTheMachine) {
  TempTree T;
  // Newer than any that can be installed.
  std::string Dir = T.python("9.9.9", "env/include/python9.9");
  {
    ScopedVariable Variable("UNGIL_PYTHON_INCLUDE", Dir);
    EXPECT_EQ(found("").IncludeDir, Dir);
    EXPECT_EQ(found("").Why, "UNGIL_PYTHON_INCLUDE");
  }
  T.write("env/pyvenv.cfg", "");
  {
    ScopedVariable Variable("VIRTUAL_ENV", T.path("env"));
    EXPECT_EQ(found("").IncludeDir, Dir);
  }
  ScopedVariable Pyenv("PYENV_ROOT", T.path("pyenv"));
  std::string Other = T.python("9.9.10", "pyenv/versions/9/include/python9.9");
  EXPECT_EQ(found("").IncludeDir, Other);
  // An old one that is named is still what the user wants.
  std::string Old = T.python("3.8.1", "old/include/python3.8");
  EXPECT_EQ(found(Old).IncludeDir, Old);
}

TEST(DriverPython, AbsentHeaders) {
  EXPECT_THAT(pythonArgs(PythonHeaders()), IsEmpty());
  EXPECT_EQ(readHeaders("/nowhere/include").IncludeDir, "");
  EXPECT_THAT(describe(ScanPlan()), HasSubstr("no CPython headers found"));
}

TEST(DriverPython, OldHeadersAreRemarked) {
  TempTree T;
  T.write("repo/m.c", "#include <Python.h>\n");
  ScanRequest R = T.request({"repo"});
  R.Python = T.python("3.11.2", "o/include/python3.11");
  EXPECT_TRUE(hasRemark(planOf(R), "no PyMutex"));
  EXPECT_FALSE(hasRemark(planOf(T.request({"repo"})), "PyMutex"));
}

TEST(DriverPython, ProjectFoldersAreNotPython) {
  TempTree T;
  EXPECT_TRUE(isPythonIncludeDir(T.python()));
  EXPECT_TRUE(isPythonIncludeDir("/gone/include/python3.11"));
  T.write("repo/compat/Python.h", "");
  EXPECT_FALSE(isPythonIncludeDir(T.path("repo/compat")));
  EXPECT_FALSE(isPythonIncludeDir("/x/include/pythonic"));
}

} // namespace
