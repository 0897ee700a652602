//===- DriverMacrosTest.cpp - macros read from build scripts ----*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver/BuildMacros.h"
#include "DriverTestSupport.h"
#include "gmock/gmock.h"

using namespace ungil;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

namespace {

/// `NAME=VALUE`, with `?` for a value the script computes.
std::vector<std::string> read(llvm::StringRef Text) {
  std::vector<std::string> Out;
  for (const BuildMacro &M : macrosIn(Text))
    Out.push_back(M.Name + "=" + (M.Known ? M.Value : "?"));
  return Out;
}

TEST(DriverMacros, SetupPy) {
  EXPECT_THAT(read("defs.append((\"HAVE_TIFF\", None))\n"
                   "define_macros=[('A', '1'), (\"B\", 2),\n  ('C', 'name')]\n"
                   "# (\"HAVE_OLD\", None)\n"
                   "(\"V\", f'\"{version}\"')\n(\"W\", int(x.replace('.', '')))"
                   "\n(\"not a name\", None)\n(\"unclosed\", "),
              ElementsAre("HAVE_TIFF=1", "A=1", "B=2", "C=name", "V=?", "W=?",
                          "unclosed=1"));
}

TEST(DriverMacros, FlagsAndCMake) {
  EXPECT_THAT(read("c_args: ['-DFOO=1', '-DBAR', '-DV=' + version]\n"
                   "my-Dash-DNOT\n"),
              ElementsAre("FOO=1", "BAR=1", "V=?"));
  EXPECT_THAT(read("target_compile_definitions(ext PRIVATE HAVE_A=1 \"USE_B\")"
                   "\nadd_compile_definitions(WITH_C $<X:Y>)\n"
                   "add_definitions(-DWITH_D)\n"),
              ElementsAre("WITH_D=1", "HAVE_A=1", "USE_B=1", "WITH_C=1"));
}

TEST(DriverMacros, FeaturesOfThisPlatform) {
  for (const char *Yes : {"HAVE_TIFF", "WITH_X", "USE_Y", "ENABLE_Z",
                          "EXT_CACHE_ENABLED", "EXT_POSIX", "EXT_LINUX"})
    EXPECT_TRUE(isFeatureMacro(Yes)) << Yes;
  for (const char *No :
       {"EXT_WINDOWS", "EXT_OSX", "EXT_FREEBSD", "USE_WIN32_FILEIO",
        "HAVE_RAQM_SYSTEM", "USE_DEBUG", "EXT_VERSION", "USELESS", "HAVE"})
    EXPECT_FALSE(isFeatureMacro(No)) << No;
}

TEST(DriverMacros, PlanDefinesWhatSourcesTest) {
  TempTree T;
  T.write("repo/setup.py",
          "d = [('HAVE_TIFF', None), ('HAVE_UNUSED', None),\n"
          "     ('HAVE_INNER', 1), ('EXT_WINDOWS', 1), ('EXT_LINUX', 1),\n"
          "     ('EXT_VERSION', '\"%s\"' % v), ('OWN_VERSION', v),\n"
          "     ('HAVE_DYNAMIC', found)]\n");
  T.write("repo/src/a.c",
          "#include <Python.h>\n#include \"a.h\"\n"
          "#ifdef HAVE_TIFF\nint tiff;\n#endif\n"
          "#if defined(EXT_WINDOWS) || defined EXT_LINUX\nint p;\n#endif\n"
          "#if HAVE_DYNAMIC\n#endif\n"
          "#define OWN_VERSION \"3\"\nconst char *v = EXT_VERSION;\n");
  T.write("repo/src/a.h", "#if 0\n#elif HAVE_INNER /* HAVE_UNUSED */\n"
                          "#endif\n");
  ScanRequest R = T.request({"repo/src"});
  ScanPlan P = planOf(R);
  EXPECT_THAT(P.Assumed, ElementsAre("EXT_LINUX=1", "EXT_VERSION=\"0\"",
                                     "HAVE_INNER=1", "HAVE_TIFF=1"));
  EXPECT_TRUE(hasRemark(P, "HAVE_TIFF=1"));
  ASSERT_EQ(P.Units.size(), 1u);
  EXPECT_THAT(lineOf(P.Units[0]), HasSubstr(" -DHAVE_TIFF=1 "));
  EXPECT_THAT(describe(P), HasSubstr("HAVE_TIFF=1"));

  R.ExtraArgs = {"-UHAVE_TIFF", "-DHAVE_INNER=7"};
  P = planOf(R);
  EXPECT_THAT(P.Assumed, ElementsAre("EXT_LINUX=1", "EXT_VERSION=\"0\""));
  EXPECT_THAT(lineOf(P.Units[0]), Not(HasSubstr("-DHAVE_TIFF")));
}

TEST(DriverMacros, NothingIsAssumedWithADatabase) {
  TempTree T;
  T.write("repo/setup.py", "d = [('HAVE_TIFF', None)]\n");
  std::string File = T.write(
      "repo/a.c", "#include <Python.h>\n#ifdef HAVE_TIFF\nint t;\n#endif\n");
  T.write("repo/build/compile_commands.json",
          "[{\"directory\": \"" + T.path("repo") + "\", \"file\": \"" + File +
              "\", \"arguments\": [\"cc\", \"-c\", \"a.c\"]}]");
  ScanPlan P = planOf(T.request({"repo"}));
  EXPECT_FALSE(P.Database.empty());
  EXPECT_THAT(P.Assumed, IsEmpty());
}

TEST(DriverMacros, ScriptsAroundAndBelow) {
  TempTree T;
  T.write("repo/setup.py", "");
  T.write("repo/src/pkg/meson.build", "");
  T.write("repo/src/pkg/a/b/c/setup.py", "");
  T.write("repo/src/tests/setup.py", "");
  T.write("repo/other/setup.py", "");
  T.write("setup.py", "");
  EXPECT_THAT(
      buildScripts({T.path("repo/src")}, T.path("repo")),
      ElementsAre(T.path("repo/setup.py"), T.path("repo/src/pkg/meson.build")));
}

} // namespace
