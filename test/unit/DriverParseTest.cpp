//===- DriverParseTest.cpp - the front end in processes ---------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver/BuiltinHeaders.h"
#include "DriverTestSupport.h"
#include "llvm/Support/Compiler.h"
#include "llvm/Support/FileSystem.h"
#include "gmock/gmock.h"
#include <sys/stat.h>

using namespace ungil;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using State = UnitResult::State;

namespace {

/// What the front end said, by file name.
std::map<std::string, UnitResult> results(const ScanPlan &P) {
  std::map<std::string, UnitResult> Out;
  std::vector<UnitResult> All = parse(P);
  EXPECT_EQ(All.size(), P.Units.size());
  for (size_t I = 0; I != All.size(); ++I)
    Out[llvm::sys::path::filename(P.Units[I].File).str()] = All[I];
  return Out;
}

TEST(DriverParse, BuiltinHeadersAreEmbedded) {
  bool Found = false;
  for (const BuiltinHeader &H : builtinHeaders()) {
    EXPECT_EQ(H.Text.end()[0], '\0') << H.Name.str();
    if (H.Name == "clang/include/stddef.h")
      Found = H.Text.contains("size_t") || H.Text.contains("__stddef");
  }
  EXPECT_TRUE(Found);
}

/// This machine's system headers but for \p Name, which may be installed here.
std::string rootWithout(const TempTree &T, llvm::StringRef Name) {
  using namespace llvm::sys;
  EXPECT_FALSE(fs::create_directories(T.path("root/usr/include")));
  std::error_code Error;
  for (fs::directory_iterator I("/usr/include", Error), End; I != End && !Error;
       I.increment(Error))
    if (path::filename(I->path()) != Name) {
      EXPECT_FALSE(fs::create_link(
          I->path(),
          T.path(("root/usr/include/" + path::filename(I->path())).str())));
    }
  EXPECT_FALSE(fs::create_link("/usr/lib", T.path("root/usr/lib")));
  return T.path("root");
}

TEST(DriverParse, ToolsThatAreNotInstalledHaveStandIns) {
  TempTree T;
  T.write("repo/m.cpp",
          "#include <mutex>\n#include <pybind11/numpy.h>\n"
          "#include <pybind11/stl.h>\nnamespace py = pybind11;\n"
          "using namespace py::literals;\nstatic std::mutex lock;\n"
          "struct Pool { int size() const { return 0; } py::list items; };\n"
          "py::object f(py::handle h, const py::kwargs &more) {\n"
          "  const std::scoped_lock guard{lock};\n"
          "  py::str name = h.attr(\"name\");\n"
          "  py::object got = h[\"k\"](1, \"x\"_a = 2, **more);\n"
          "  if (py::isinstance<py::dict>(got)) throw py::key_error(\"k\");\n"
          "  for (auto [k, v] : got.cast<py::dict>()) py::print(k, v);\n"
          "  py::array_t<double> a({2, 3});\n"
          "  return py::make_tuple(name, a, a.mutable_data()[0]);\n}\n"
          "PYBIND11_MODULE(m, mod, py::mod_gil_not_used()) {\n"
          "  mod.def(\"f\", &f, py::arg(\"h\"));\n"
          "  py::class_<Pool>(mod, \"Pool\").def(py::init<>())\n"
          "      .def(\"size\", &Pool::size)\n"
          "      .def_readwrite(\"items\", &Pool::items);\n}\n");
  ScanRequest Request = T.request({"repo"});
  Request.Python = std::string(UNGIL_TEST_INPUTS) + "/python";
  Request.ExtraArgs = {"--sysroot=" + rootWithout(T, "pybind11")};
  ScanPlan P = planOf(Request);
  auto R = results(P);
  std::vector<std::string> Errors;
  for (const DiagnosticFact &D : R["m.cpp"].Facts.Errors)
    Errors.push_back(D.Message);
  EXPECT_THAT(Errors, IsEmpty());
  std::set<std::string> Names;
  for (const Entity &E : R["m.cpp"].Facts.Entities)
    Names.insert(E.Name);
  EXPECT_TRUE(Names.count("pybind11::make_tuple"));
  EXPECT_TRUE(Names.count("PyInit_m"));
}

TEST(DriverParse, FactsOfCleanUnits) {
  TempTree T;
  T.write("repo/a.c", "#include <Python.h>\n#include <stddef.h>\n"
                      "#include <stdarg.h>\nsize_t n;\nPyObject *o;\n"
                      "#if !Py_GIL_DISABLED || !defined(NDEBUG)\n#error\n"
                      "#endif\n");
  T.write("repo/b.cpp", "#include <Python.h>\n#include <vector>\n"
                        "std::vector<int> v;\n");
  ScanPlan P = planOf(T.request({"repo"}));
  auto R = results(P);
  for (const char *Name : {"a.c", "b.cpp"}) {
    EXPECT_EQ(R[Name].How, State::Parsed) << R[Name].Message;
    EXPECT_TRUE(R[Name].Facts.ReachesPython);
    EXPECT_TRUE(R[Name].Facts.GilDisabled);
    EXPECT_THAT(R[Name].Facts.Errors, IsEmpty());
  }
  EXPECT_EQ(R["a.c"].Facts.MainFile, T.path("repo/a.c"));
}

TEST(DriverParse, MissingHeadersAreNotFatal) {
  TempTree T;
  T.write("repo/a.c", "#include \"gone.h\"\n#include <Python.h>\n"
                      "int x = ;\nPyObject *o;\n");
  UnitResult R = results(planOf(T.request({"repo"})))["a.c"];
  EXPECT_EQ(R.How, State::Parsed);
  EXPECT_TRUE(R.Facts.ReachesPython);
  ASSERT_THAT(R.Facts.Errors, SizeIs(2));
  const DiagnosticFact &E = R.Facts.Errors[0];
  EXPECT_THAT(E.Message, HasSubstr("'gone.h' file not found"));
  ASSERT_LT(E.Loc.File, R.Facts.Files.size());
  EXPECT_EQ(R.Facts.Files[E.Loc.File].Path, T.path("repo/a.c"));
  EXPECT_TRUE(R.Facts.Files[E.Loc.File].User);
  EXPECT_EQ(E.Loc.Line, 1u);
  EXPECT_EQ(R.Facts.Errors[1].Loc.Line, 3u);
  EXPECT_EQ(R.Facts.Errors[1].Loc.Column, 9u);
  EXPECT_EQ(R.Facts.Errors[1].Loc.Length, 1u);
}

TEST(DriverParse, ErrorsAreCapped) {
  TempTree T;
  std::string Text = "#include <Python.h>\n";
  for (int I = 0; I != 300; ++I)
    Text += "unknown" + std::to_string(I) + " v" + std::to_string(I) + ";\n";
  T.write("repo/a.c", Text + "PyObject *last;\n");
  UnitResult R = results(planOf(T.request({"repo"})))["a.c"];
  EXPECT_EQ(R.How, State::Parsed);
  EXPECT_THAT(R.Facts.Errors, SizeIs(100));
}

TEST(DriverParse, LimitedApiOfTheSourceIsTakenBack) {
  TempTree T;
  T.write("repo/a.c", "#define Py_LIMITED_API 0x030a0000\n"
                      "#include <Python.h>\nPyObject *o;\n");
  UnitResult R = results(planOf(T.request({"repo"})))["a.c"];
  EXPECT_THAT(R.Facts.Errors, IsEmpty());
  EXPECT_TRUE(R.Facts.ReachesPython);
}

TEST(DriverParse, ACrashCostsOnlyItsUnit) {
  TempTree T;
  T.write("repo/a.c", "#include <Python.h>\n");
  T.write("repo/crash.c", "#include <Python.h>\n#pragma clang __debug crash\n");
  T.write("repo/fatal.c", "#include <Python.h>\n"
                          "#pragma clang __debug llvm_fatal_error\n");
  T.write("repo/z.c", "#include <Python.h>\n");
  for (unsigned Jobs : {1u, 3u}) {
    ScanPlan P = planOf(T.request({"repo"}));
    P.Jobs = Jobs;
    auto R = results(P);
    EXPECT_EQ(R["a.c"].How, State::Parsed);
    EXPECT_EQ(R["z.c"].How, State::Parsed);
    EXPECT_EQ(R["crash.c"].How, State::Crashed);
    EXPECT_THAT(R["crash.c"].Message, HasSubstr("crashed"));
    EXPECT_EQ(R["fatal.c"].How, State::Crashed);
    EXPECT_EQ(R["crash.c"].Facts.MainFile, T.path("repo/crash.c"));
  }
}

TEST(DriverParse, AHangCostsOnlyItsUnit) {
  TempTree T;
  T.write("repo/a.c", "#include <Python.h>\n");
  T.write("repo/hang.c", "#include <Python.h>\n#include \"pipe.h\"\n");
  ASSERT_EQ(::mkfifo(T.path("repo/pipe.h").c_str(), 0600), 0);
  ScanPlan P = planOf(T.request({"repo"}));
  P.TimeoutSeconds = 1;
  auto R = results(P);
  EXPECT_EQ(R["a.c"].How, State::Parsed);
  EXPECT_EQ(R["hang.c"].How, State::TimedOut);
  EXPECT_THAT(R["hang.c"].Message, HasSubstr("1 second"));
}

TEST(DriverParse, AHogCostsOnlyItsUnit) {
#if LLVM_ADDRESS_SANITIZER_BUILD
  GTEST_SKIP() << "AddressSanitizer takes terabytes of its own";
#endif
  TempTree T;
  T.write("repo/a.c", "#include <Python.h>\n");
  std::string Doubling = "#include <Python.h>\n#define M0 x x\n";
  for (int I = 1; I != 40; ++I)
    Doubling += "#define M" + std::to_string(I) + " M" + std::to_string(I - 1) +
                " M" + std::to_string(I - 1) + "\n";
  T.write("repo/macros.c", Doubling + "int a = M39;\n");
  ScanPlan P = planOf(T.request({"repo"}));
  P.MemoryMiB = 200;
  auto R = results(P);
  EXPECT_EQ(R["a.c"].How, State::Parsed);
  EXPECT_EQ(R["macros.c"].How, State::Crashed);
  EXPECT_THAT(R["macros.c"].Message, HasSubstr("more than 200 MiB"));
}

TEST(DriverParse, APrecompiledHeaderIsReadAsText) {
  TempTree T;
  T.write("repo/pre.h", "typedef int from_text;\n");
  T.write("repo/pre.h.pch", "not of this compiler");
  T.write("repo/a.c", "#include <Python.h>\nfrom_text a;\n");
  T.write("repo/compile_commands.json",
          R"([{"directory": ")" + T.path("repo") +
              R"(", "file": "a.c", "command": "cc -include pre.h -c a.c"}])");
  UnitResult R = results(planOf(T.request({"repo"})))["a.c"];
  EXPECT_EQ(R.How, State::Parsed) << R.Message;
  EXPECT_THAT(R.Facts.Errors, IsEmpty());
}

TEST(DriverParse, UnreadableInput) {
  TempTree T;
  T.write("repo/a.c", "#include <Python.h>\n");
  T.write("repo/binary.c", llvm::StringRef("#include <Python.h>\n\0\1\2", 23));
  T.write("repo/gone.c", "#include <Python.h>\n");
  T.write("repo/latin.c", "#include <Python.h>\n/* \xe9 */\n");
  ScanPlan P = planOf(T.request({"repo"}));
  ASSERT_FALSE(llvm::sys::fs::remove(T.path("repo/gone.c")));
  auto R = results(P);
  EXPECT_EQ(R["a.c"].How, State::Parsed);
  EXPECT_EQ(R["latin.c"].How, State::Parsed);
  EXPECT_EQ(R["binary.c"].How, State::Unreadable);
  EXPECT_THAT(R["binary.c"].Message, HasSubstr("binary"));
  EXPECT_EQ(R["gone.c"].How, State::Unreadable);
}

TEST(DriverParse, WrongExtraArgument) {
  TempTree T;
  T.write("repo/a.c", "#include <Python.h>\n");
  ScanRequest Request = T.request({"repo"});
  Request.ExtraArgs = {"-no-such-flag"};
  UnitResult R = results(planOf(Request))["a.c"];
  EXPECT_THAT(R.Facts.Errors, Contains(Field(&DiagnosticFact::Message,
                                             HasSubstr("no-such-flag"))));
}

TEST(DriverParse, SameOrderWhateverTheJobs) {
  TempTree T;
  for (int I = 0; I != 9; ++I)
    T.write("repo/f" + std::to_string(I) + ".c", "#include <Python.h>\n");
  ScanPlan P = planOf(T.request({"repo"}));
  for (unsigned Jobs : {1u, 4u}) {
    P.Jobs = Jobs;
    std::vector<UnitResult> All = parse(P);
    ASSERT_EQ(All.size(), P.Units.size());
    for (size_t I = 0; I != All.size(); ++I)
      EXPECT_EQ(All[I].Facts.MainFile, P.Units[I].File);
  }
}

/// When the precompiled beginning in \p Folder was made.
std::optional<llvm::sys::TimePoint<>> madeIn(const std::string &Folder) {
  namespace fs = llvm::sys::fs;
  std::error_code Code;
  for (fs::directory_iterator It(Folder, Code), End; It != End && !Code;
       It.increment(Code))
    if (llvm::StringRef(It->path()).ends_with(".pch"))
      if (fs::file_status Status; !fs::status(It->path(), Status))
        return Status.getLastModificationTime();
  return std::nullopt;
}

TEST(DriverParse, BeginningsAreKeptWhileTheirHeadersAre) {
  TempTree T;
  T.write("repo/a.c", "#include <Python.h>\nPyObject *a;\n");
  ScanPlan P = planOf(T.request({"repo"}));
  std::string Folder = T.path("openings");
  ASSERT_FALSE(llvm::sys::fs::create_directory(Folder));
  P.OpeningDir = Folder;
  EXPECT_THAT(parse(P)[0].Facts.Errors, IsEmpty());
  auto First = madeIn(Folder);
  ASSERT_TRUE(First);
  EXPECT_THAT(parse(P)[0].Facts.Errors, IsEmpty());
  EXPECT_EQ(madeIn(Folder), First);
  T.write("python/include/python3.13/patchlevel.h",
          "#define PY_VERSION \"3.13.2\"\n#error not this one\n");
  EXPECT_EQ(parse(P)[0].Facts.Errors.size(), 1u);
}

TEST(DriverParse, WhatNoEditTouchesComesFromTheCache) {
  TempTree T;
  T.write("repo/inc/x.h", "typedef int number;\n");
  T.write("repo/src/a.c", "#include <Python.h>\n#include \"../inc/x.h\"\n"
                          "number a;\n");
  T.write("repo/src/b.c", "#include <Python.h>\nint b;\n");
  ScanPlan P = planOf(T.request({"repo"}));
  P.CacheDir = T.path("cache");
  (void)parse(P);
  // Clang calls the header src/../inc/x.h.
  P.Edited[T.path("repo/inc/x.h")] = "#error edited\n";
  auto R = results(P);
  EXPECT_FALSE(R["a.c"].FromCache);
  EXPECT_THAT(R["a.c"].Facts.Errors, Not(IsEmpty()));
  EXPECT_TRUE(R["b.c"].FromCache);
  // Nothing of the edited text is kept.
  P.Edited.clear();
  R = results(P);
  EXPECT_TRUE(R["a.c"].FromCache);
  EXPECT_THAT(R["a.c"].Facts.Errors, IsEmpty());
}

TEST(DriverParse, NothingToDo) { EXPECT_THAT(parse(ScanPlan()), IsEmpty()); }

} // namespace
