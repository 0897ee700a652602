//===- DriverConfineTest.cpp - flags that only say how to read --*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver/Confine.h"
#include "Driver/Database.h"
#include "Driver/Files.h"
#include "Driver/Flags.h"
#include "DriverTestSupport.h"
#include "gmock/gmock.h"

using namespace ungil;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

using Args = std::vector<std::string>;

TEST(Confine, WhatTheDriverWouldDo) {
  Args LeftOut;
  EXPECT_THAT(
      withoutActions({"-DA", "-MJ", "x.json", "-MJy.json", "--config=z", "-B",
                      "bin", "-I", "-Build", "-mllvm", "-load=x", "-std=c11"},
                     LeftOut),
      ElementsAre("-DA", "-I", "-Build", "-mllvm", "-load=x", "-std=c11"));
  EXPECT_THAT(LeftOut, ElementsAre("-MJ", "-MJy.json", "--config=z", "-B"));
}

TEST(Confine, LanguagesAreThoseOfText) {
  for (const char *Language : {"ast", "cuda", "hip", "ir", "pcm"}) {
    CleanFlags Flags = keepMeaning({"-x", Language}, "/");
    EXPECT_THAT(Flags.Args, IsEmpty()) << Language;
    EXPECT_FALSE(Flags.HasLanguage);
  }
  EXPECT_THAT(keepMeaning({"-xc++"}, "/").Args, ElementsAre("-x", "c++"));
}

/// Arguments of the one command of a database in repo/build that says `cc
/// \p Flags -c a.c`.
Args argsWith(const TempTree &T, TempTree &Writer, const std::string &Flags,
              const std::string &Below) {
  Writer.write("repo/build/compile_commands.json",
               R"([{"directory": ")" + T.path("repo") +
                   R"(", "file": "a.c", "command": "cc )" + Flags +
                   R"( -c a.c"}])");
  auto Found = loadDatabase(T.path("repo/build"), {T.path(Below)});
  if (!Found)
    return {llvm::toString(Found.takeError())};
  return Found->Commands.at(0).Args;
}

TEST(Confine, ResponseFilesOfTheTreeOnly) {
  TempTree T;
  T.write("repo/in.rsp", "-DIN @deeper.rsp");
  T.write("repo/deeper.rsp", "-DDEEPER @" + T.path("out.rsp"));
  T.write("repo/build/beside.rsp", "-DBESIDE");
  T.write("out.rsp", "-DOUT");
  ASSERT_FALSE(
      llvm::sys::fs::create_link(T.path("out.rsp"), T.path("repo/link.rsp")));
  EXPECT_THAT(
      argsWith(T, T, "@in.rsp @link.rsp @/dev/zero @build/beside.rsp", "repo"),
      ElementsAre("-DIN", "-DDEEPER", "@" + T.path("out.rsp"), "@link.rsp",
                  "@/dev/zero", "-DBESIDE", "-c"));
  EXPECT_THAT(argsWith(T, T, "@in.rsp @build/beside.rsp", "elsewhere"),
              ElementsAre("@in.rsp", "-DBESIDE", "-c"));
}

TEST(Confine, ResponseFilesThatMultiply) {
  TempTree T;
  for (int I = 0; I != 40; ++I) {
    std::string Next = "@r" + std::to_string(I + 1) + ".rsp";
    T.write("repo/r" + std::to_string(I) + ".rsp", Next + " " + Next);
  }
  EXPECT_LT(argsWith(T, T, "@r0.rsp", "repo").size(), 100000u);
}

TEST(Confine, ADatabaseThatIsDeep) {
  TempTree T;
  T.write("db/compile_commands.json", std::string(1000000, '['));
  auto Found = loadDatabase(T.path("db"), {});
  ASSERT_FALSE(Found);
  EXPECT_THAT(llvm::toString(Found.takeError()), HasSubstr("-p"));
}

TEST(Confine, LinksThatLeadOut) {
  TempTree T;
  T.write("out/x.c", "");
  T.write("repo/in.c", "");
  for (auto [Target, Name] : {std::pair("out/x.c", "repo/out.c"),
                              {"repo/in.c", "repo/link.c"},
                              {"out", "repo/folder"}})
    ASSERT_FALSE(llvm::sys::fs::create_link(T.path(Target), T.path(Name)));
  EXPECT_TRUE(isReallyWithin(T.path("repo/in.c"), T.path("repo")));
  EXPECT_TRUE(isReallyWithin(T.path("repo/link.c"), T.path("repo")));
  EXPECT_FALSE(isReallyWithin(T.path("repo/out.c"), T.path("repo")));
  EXPECT_FALSE(isReallyWithin(T.path("repo/folder/x.c"), T.path("repo")));
  EXPECT_FALSE(isReallyWithin(T.path("repo/gone.c"), T.path("repo")));
}

} // namespace
