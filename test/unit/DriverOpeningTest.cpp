//===- DriverOpeningTest.cpp - what units begin with ------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver/Opening.h"
#include "DriverTestSupport.h"
#include "Facts/Serialize.h"
#include "llvm/Support/VirtualFileSystem.h"
#include "gmock/gmock.h"

using namespace ungil;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

std::vector<std::string> steps(llvm::StringRef Text) {
  return openingSteps(Text, "/src", [](const std::string &Path) {
    return Path == "/src/own.h" || Path == "/src/../up.h";
  });
}

TEST(Opening, StepsAreDirectivesOnLinesOfTheirOwn) {
  EXPECT_THAT(steps("/* license */\n#define A 1 // why\n#include  <x.h>\n"
                    "#include \"own.h\"\n#include \"../up.h\"\n"
                    "#include \"Python.h\"\nint x;\n#include <y.h>\n"),
              ElementsAre("#define A 1\n", "#include <x.h>\n",
                          "#include \"/src/own.h\"\n",
                          "#include \"/src/../up.h\"\n",
                          "#include <Python.h>\n"));
  EXPECT_THAT(
      steps("#define S \"/* no // comment\"\n#include <x.h>\nint x;\n"),
      ElementsAre("#define S \"/* no // comment\"\n", "#include <x.h>\n"));
  EXPECT_THAT(steps("#define L(x) \\\r\n  x\r\n#include <x.h>\r\nint x;\n"),
              ElementsAre("#define L(x)    x\n", "#include <x.h>\n"));
}

TEST(Opening, ConditionalsAreOneStep) {
  EXPECT_THAT(steps("#ifndef A\n# define A\n# if B\n#  include <b.h>\n# endif\n"
                    "#else\n#endif\n#include <x.h>\n#if 1\n#include <z.h>\n"
                    "int x;\n#endif\n"),
              ElementsAre("#ifndef A\n# define A\n# if B\n#include <b.h>\n"
                          "# endif\n#else\n#endif\n",
                          "#include <x.h>\n"));
}

TEST(Opening, EndsWhereReadingTwiceCouldMatter) {
  // Directives at the end that read nothing are no use to anybody.
  EXPECT_THAT(steps("#define A\n#define B\nint x;\n"), IsEmpty());
  for (llvm::StringRef Line :
       {"#pragma pack(1)", "#error no", "#line 3", "#include_next <x.h>",
        "#include MACRO", "#if __has_include(\"x.h\")\n#endif",
        "#if __COUNTER__\n#endif", "#ifdef Py_GIL_DISABLED\n#endif",
        "#ifdef A // NOLINT\n#endif", "#endif", "text"})
    EXPECT_THAT(steps(("#include <a.h>\n" + Line + "\n#include <b.h>\n").str()),
                testing::AnyOf(ElementsAre("#include <a.h>\n"), IsEmpty()))
        << Line.str();
  EXPECT_THAT(steps("#include <a.h>\nint x = __INCLUDE_LEVEL__;\n"), IsEmpty());
}

/// Trees of files whose facts must be what they are when each is read alone.
class Sharing : public testing::Test {
protected:
  TempTree T;
  ScanPlan P;
  std::vector<std::vector<size_t>> Above;

  void expectSameFacts(unsigned Jobs) {
    P = planOf(T.request({"repo"}));
    P.Jobs = Jobs;
    std::vector<size_t> All;
    for (size_t I = 0; I != P.Units.size(); ++I)
      All.push_back(I);
    OpeningTree Tree(P, All, *llvm::vfs::getRealFileSystem());
    EXPECT_EQ(Tree.units().size(), All.size());
    for (size_t I : All)
      Above.push_back(Tree.above(I));
    std::vector<UnitResult> Together = parse(P);
    for (size_t I : All) {
      ScanPlan Alone = P;
      Alone.Units = {P.Units[I]};
      UnitResult One = parse(Alone)[0];
      EXPECT_EQ(One.How, UnitResult::State::Parsed) << One.Message;
      EXPECT_EQ(Together[I].How, One.How) << Together[I].Message;
      EXPECT_EQ(serialize(Together[I].Facts), serialize(One.Facts))
          << P.Units[I].File;
      EXPECT_EQ(Together[I].StandInTypes, One.StandInTypes);
    }
  }
};

TEST_F(Sharing, ATreeOfOpenings) {
  T.write("repo/own.h", "#ifndef OWN_H\n#define OWN_H\n/* ungil: ignore */\n"
                        "static inline int own(void) { return 1; }\n#endif\n");
  for (const char *Name : {"a", "b", "c"}) {
    std::string File = "repo/" + std::string(Name) + ".c";
    T.write(File, "/* ungil-file: ignore */\n#include \"Python.h\"\n"
                  "#include \"own.h\"\nstatic int n;\n"
                  "int f(void) { return n += own(); }\n");
  }
  T.write("repo/d.c", "#include <Python.h>\n#include <stddef.h>\nsize_t d;\n");
  T.write("repo/e.c", "#define Py_LIMITED_API 0x030c0000\n"
                      "#include <Python.h>\nint e;\n");
  for (unsigned Jobs : {1u, 3u})
    expectSameFacts(Jobs);
  EXPECT_EQ(Above[0].size(), 2u);
  EXPECT_EQ(Above[0], Above[2]);
  EXPECT_EQ(Above[3].size(), 1u);
  EXPECT_THAT(Above[4], IsEmpty());
}

TEST_F(Sharing, QuotedNamesAreOfTheFolder) {
  for (llvm::StringRef Folder : {"one", "two"}) {
    T.write(("repo/" + Folder + "/own.h").str(),
            ("#pragma once\nstatic int " + Folder + ";\n").str());
    for (llvm::StringRef Name : {"a", "b"})
      T.write(("repo/" + Folder + "/" + Name + ".c").str(),
              ("#include <Python.h>\n#include \"own.h\"\nint *p = &" + Folder +
               ";\n")
                  .str());
  }
  expectSameFacts(1);
  EXPECT_NE(Above[0], Above[2]);
}

TEST_F(Sharing, WhatComesToSomethingTwice) {
  T.write("repo/list.h", "int VARIABLE;\n");
  for (llvm::StringRef Name : {"a", "b"}) {
    T.write(("repo/unguarded-" + Name + ".c").str(),
            "#include <Python.h>\n#define VARIABLE first\n#include \"list.h\"\n"
            "#undef VARIABLE\n#define VARIABLE second\n#include \"list.h\"\n"
            "int *p = &second;\n");
    T.write(("repo/later-" + Name + ".c").str(),
            "#include <Python.h>\n#ifdef LATER\n#define WRONG\n#endif\n"
            "#define LATER\n#include <stddef.h>\n"
            "#ifdef WRONG\nstatic int wrong;\n#endif\nsize_t n;\n");
  }
  expectSameFacts(1);
}

TEST_F(Sharing, DamagedUnits) {
  for (llvm::StringRef Name : {"a", "b"}) {
    T.write(("repo/open-" + Name + ".c").str(),
            "#include <Python.h>\nint f(void) {\n  if (1) {\n");
    T.write(("repo/missing-" + Name + ".c").str(),
            "#include <Python.h>\n#include <there/is/none.h>\n"
            "none_t *n;\nint g(void) { return n->x; }\n");
    T.write(
        ("repo/bad-" + Name + ".c").str(),
        "#include <Python.h>\n#include \"bad.h\"\nint h(void) { return 1; }");
  }
  T.write("repo/bad.h", "#pragma once\n#error never\n");
  expectSameFacts(2);
}

} // namespace
