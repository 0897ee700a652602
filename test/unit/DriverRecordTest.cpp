//===- DriverRecordTest.cpp - recording builds ------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DriverTestSupport.h"
#include "gmock/gmock.h"
#include <nlohmann/json.hpp>

using namespace ungil;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

/// A build folder with compilers of its own that only note how they ran.
class Record : public testing::Test {
protected:
  TempTree T;
  std::optional<ScopedVariable> Path, Cache;

  void SetUp() override {
    compiler("bin/gcc");
    compiler("bin/x86_64-linux-gnu-g++-12");
    Path.emplace("PATH", T.path("bin") + ":/usr/bin:/bin");
    Cache.emplace("XDG_CACHE_HOME", T.path("cache"));
    T.write("repo/a.c", "");
    T.write("repo/b b.cpp", "");
  }

  std::string compiler(llvm::StringRef Name) {
    std::string File =
        T.write(Name, "#!/bin/sh\necho \"$0 $#\" >> " + T.path("ran") + "\n");
    EXPECT_FALSE(llvm::sys::fs::setPermissions(File, llvm::sys::fs::all_all));
    return File;
  }

  int run(llvm::StringRef Script) {
    auto Done =
        record({"sh", "-c", ("cd " + T.path("repo") + "\n" + Script).str()},
               T.path("repo"));
    if (Done) {
      Files = Done->Files;
      return Done->ExitCode;
    }
    Message = llvm::toString(Done.takeError());
    return -1;
  }

  json database() {
    return json::parse(T.read("repo/compile_commands.json"), nullptr, false);
  }

  std::string Message;
  size_t Files = 0; ///< that the last build compiled
};

TEST_F(Record, ArgumentsAsTheyWere) {
  EXPECT_EQ(run("gcc -c a.c '-DS=\"x y\"' \"-DN=1\n2\" '-DQ=it'\"'\"'s' "
                "'' '-D$HOME' -o a.o"),
            0);
  json Base = database();
  ASSERT_EQ(Base.size(), 1u);
  EXPECT_EQ(Base[0]["directory"], T.path("repo"));
  EXPECT_EQ(Base[0]["file"], "a.c");
  EXPECT_EQ(Base[0]["arguments"],
            json::array({T.path("bin/gcc"), "-c", "a.c", "-DS=\"x y\"",
                         "-DN=1\n2", "-DQ=it's", "", "-D$HOME", "-o", "a.o"}));
  // The real compiler ran too.
  EXPECT_EQ(T.read("ran"), T.path("bin/gcc") + " 9\n");
}

TEST_F(Record, OneEntryPerSource) {
  EXPECT_EQ(run("x86_64-linux-gnu-g++-12 -DX a.c 'b b.cpp' -o prog"), 0);
  json Base = database();
  ASSERT_EQ(Base.size(), 2u);
  EXPECT_EQ(Base[1]["file"], "b b.cpp");
  EXPECT_EQ(Base[1]["arguments"],
            json::array({T.path("bin/x86_64-linux-gnu-g++-12"), "-DX",
                         "b b.cpp", "-o", "prog"}));
}

TEST_F(Record, NoCompileNoEntry) {
  EXPECT_EQ(run("gcc --version; gcc -E a.c; gcc -M a.c; gcc x.o -o x; "
                "gcc -c gone.c; gcc -o a.c"),
            -1);
  EXPECT_THAT(Message, HasSubstr("compiled nothing"));
  EXPECT_EQ(T.read("repo/compile_commands.json"), "");
}

TEST_F(Record, ExitCodeOfTheBuild) {
  EXPECT_EQ(run("gcc -c a.c; exit 7"), 7);
  EXPECT_EQ(Files, 1u);
  EXPECT_EQ(database().size(), 1u);
  EXPECT_EQ(run("exit 3"), 3);
  EXPECT_EQ(Files, 0u);
}

TEST_F(Record, LaterBuildsAddToTheRecord) {
  EXPECT_EQ(run("gcc -DOLD -c a.c; gcc -c 'b b.cpp'"), 0);
  EXPECT_EQ(run("gcc -DNEW -c a.c"), 0);
  json Base = database();
  ASSERT_EQ(Base.size(), 2u);
  EXPECT_EQ(Base[0]["arguments"][1], "-DNEW");
}

TEST_F(Record, CompilerByAbsolutePathInCc) {
  ScopedVariable Cc("CC", compiler("elsewhere/cc") + " -pthread");
  EXPECT_EQ(run("$CC -c a.c"), 0);
  EXPECT_EQ(database()[0]["arguments"],
            json::array({T.path("elsewhere/cc"), "-pthread", "-c", "a.c"}));
  EXPECT_EQ(llvm::sys::Process::GetEnv("CC"),
            T.path("elsewhere/cc") + " -pthread");
}

TEST_F(Record, ShimsWorkAfterTheRecord) {
  EXPECT_EQ(run("gcc -c a.c; command -v gcc > where"), 0);
  std::string Shim = llvm::StringRef(T.read("repo/where")).trim().str();
  ASSERT_THAT(Shim, HasSubstr(T.path("cache")));
  EXPECT_EQ(std::system(("'" + Shim + "' -c later.c").c_str()), 0);
  EXPECT_THAT(T.read("ran"), HasSubstr("gcc 2\n"));
}

TEST_F(Record, CompilerThatCallsACompilerIsOne) {
  T.write("bin/gcc", "#!/bin/sh\n[ -n \"$IN\" ] || IN=1 gcc -DINNER \"$@\"\n");
  EXPECT_EQ(run("gcc -DOUTER -c a.c"), 0);
  EXPECT_EQ(database()[0]["arguments"][1], "-DOUTER");
}

TEST_F(Record, WrongCommand) {
  auto Code = record({"no-such-program-here"}, T.path("repo"));
  ASSERT_FALSE(bool(Code));
  EXPECT_THAT(llvm::toString(Code.takeError()), HasSubstr("no such program"));
  auto Empty = record({}, "");
  ASSERT_FALSE(bool(Empty));
  EXPECT_THAT(llvm::toString(Empty.takeError()), HasSubstr("no build command"));
}

TEST_F(Record, PlanReadsWhatRecordWrote) {
  T.write("repo/a.c", "#include <Python.h>\n");
  EXPECT_EQ(run("gcc -DFROM_BUILD -c a.c -o a.o"), 0);
  ScanPlan P = planOf(T.request({"repo"}));
  ASSERT_THAT(unitNames(P), ElementsAre("a.c"));
  EXPECT_THAT(lineOf(P.Units[0]), HasSubstr(" -D FROM_BUILD "));
}

} // namespace
