//===- DriverStandInsTest.cpp - parses without some headers -----*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver/MissingNames.h"
#include "DriverTestSupport.h"
#include "gmock/gmock.h"

using namespace ungil;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

namespace {

/// How the source uses the name at `^`.
NameUse use(llvm::StringRef Marked, bool WantsType = false) {
  auto [Before, After] = Marked.split('^');
  return useOfName((Before + After).str(), Before.size(), WantsType);
}

TEST(DriverStandIns, UseOfANameInC) {
  EXPECT_EQ(use("{ ^git_oid oid;"), NameUse::Type);
  EXPECT_EQ(use("; ^git_oid *a, *b;"), NameUse::Type);
  EXPECT_EQ(use("x = (^T *)p;"), NameUse::Type);
  EXPECT_EQ(use("x = (^T)p;"), NameUse::Type);
  EXPECT_EQ(use("malloc(n * sizeof(^git_oid));"), NameUse::Type);
  EXPECT_EQ(use("f(^count * 2);"), NameUse::Value);
  EXPECT_EQ(use("f(^value);"), NameUse::Value);
  EXPECT_EQ(use("if (^value) x();"), NameUse::Value);
  EXPECT_EQ(use("f(^GIT_OK, 1);"), NameUse::Constant);
  EXPECT_EQ(use("f(^make (1));"), NameUse::Function);
  EXPECT_EQ(use("{\n  ^BEGIN_IT\n  int x;"), NameUse::EmptyMacro);
  EXPECT_EQ(use("opts o = ^OPTS_INIT;"), NameUse::Initialiser);
}

TEST(DriverStandIns, UseOfANameWhereATypeStands) {
  EXPECT_EQ(use("^EXPORT int f(void);", true), NameUse::EmptyMacro);
  EXPECT_EQ(use("^EXPORT PyObject *f(void);", true), NameUse::EmptyMacro);
  EXPECT_EQ(use("^TIFF *f(void);", true), NameUse::Type);
  EXPECT_EQ(use("^TIFF const *f(void);", true), NameUse::Type);
  EXPECT_EQ(use("^thing other;", true), NameUse::Type);
}

TEST(DriverStandIns, WritesMembersBeforeTheirRecords) {
  StandIns S;
  EXPECT_TRUE(S.addType("T"));
  EXPECT_FALSE(S.addType("T"));
  EXPECT_TRUE(S.addMember("T", "in"));
  std::string In = S.memberType("T", "in").str();
  EXPECT_TRUE(
      S.reshape(In, StandIns::Shape::Handle, StandIns::Evidence::Strong));
  EXPECT_TRUE(S.addMember(In, "deep"));
  // Arithmetic does not disprove a member.
  EXPECT_FALSE(
      S.reshape("T", StandIns::Shape::Number, StandIns::Evidence::Weak));
  llvm::StringRef Inner = S.memberType(In, "deep");
  std::string Text = S.text(/*Cxx=*/false);
  EXPECT_LT(Text.find(("typedef long " + Inner).str()), Text.find("*" + In));
  EXPECT_LT(Text.find("*" + In), Text.find("struct ungil_standin_T {"));
  EXPECT_TRUE(S.block("T"));
  EXPECT_FALSE(S.addType("T"));
  EXPECT_THAT(S.typeNames(), IsEmpty());
}

UnitResult parseOne(TempTree &T) {
  ScanPlan P = planOf(T.request({"repo"}));
  EXPECT_EQ(P.Units.size(), 1u);
  std::vector<UnitResult> R = parse(P);
  return R.empty() ? UnitResult() : R[0];
}

/// Names of functions whose bodies are not usable.
std::vector<std::string> broken(const TuFacts &Facts) {
  std::vector<std::string> Out;
  for (const Function &F : Facts.Functions)
    if (Facts.Entities[F.Id].has(EF_HasError))
      Out.push_back(Facts.Entities[F.Id].Name);
  return Out;
}

TEST(DriverStandIns, FunctionsOfMissingHeadersAreAnalysed) {
  TempTree T;
  T.write("repo/a.c",
          "#include <Python.h>\n#include <gone.h>\n"
          "EXPORT int api(void);\n"
          "static int byPointer(gone_oid *o) { return o->n + o->at[2].x; }\n"
          "int byValue(void) { gone_opts o = GONE_OPTS_INIT;\n"
          "  o.flags |= GONE_FLAG; return gone_run(&o) + sizeof(gone_oid); }\n"
          "void *handle(gone_face f) { return f->glyph->next; }\n"
          "gone_count number(gone_count n) { return n * 2 + 1; }\n"
          "int labels(int x) { switch (x) { case GONE_A: return 1;\n"
          "  case GONE_B: return 2; } return gone_list(x)->length; }\n"
          "int tag(void) { struct gone_tag t; t.x = 1; return t.x; }\n"
          "int call(gone_hook h) { return h(1); }\n");
  UnitResult R = parseOne(T);
  EXPECT_THAT(broken(R.Facts), IsEmpty());
  EXPECT_THAT(R.StandInTypes,
              ElementsAre("gone_count", "gone_face", "gone_hook", "gone_oid",
                          "gone_opts", "struct gone_tag"));
  // The header stays missing, and says so.
  ASSERT_FALSE(R.Facts.Errors.empty());
  EXPECT_THAT(R.Facts.Errors[0].Message, HasSubstr("'gone.h' file not found"));
  EXPECT_TRUE(R.Facts.ReachesPython);
}

TEST(DriverStandIns, TypesDeclaredLaterAreLeftAlone) {
  TempTree T;
  T.write("repo/a.c", "#include <gone.h>\n"
                      "static int early(later *p) { return p == 0; }\n"
                      "typedef struct { int x; } later;\n"
                      "int late(later *p) { return p->x; }\n"
                      "int other(gone_t *p) { return p->y; }\n");
  UnitResult R = parseOne(T);
  EXPECT_THAT(R.StandInTypes, ElementsAre("gone_t"));
  EXPECT_THAT(broken(R.Facts), Not(Contains("late")));
  EXPECT_THAT(broken(R.Facts), Not(Contains("other")));
}

TEST(DriverStandIns, OnlyForMissingHeaders) {
  TempTree T;
  T.write("repo/a.c", "int f(nowhere *p) { return p->x; }\n");
  UnitResult R = parseOne(T);
  EXPECT_THAT(R.StandInTypes, IsEmpty());
  EXPECT_FALSE(R.Facts.Errors.empty());
  EXPECT_THAT(remarksOn({R}), IsEmpty());
}

TEST(DriverStandIns, WhatIsNotAboutHeadersStaysBroken) {
  TempTree T;
  T.write("repo/a.c", "#include <gone.h>\n"
                      "int bad(gone_t *p) { int x = ; return p->x; }\n"
                      "int good(gone_t *p) { return p->x; }\n");
  UnitResult R = parseOne(T);
  EXPECT_THAT(broken(R.Facts), ElementsAre("bad"));
}

TEST(DriverStandIns, CxxFunctionsGiveWhatIsWanted) {
  TempTree T;
  T.write("repo/a.cpp",
          "#include <Python.h>\n#include <gone.h>\n"
          "PyObject *f(gone_t *g) { PyObject *o = gone_new(g, GONE_A);\n"
          "  double *d = (double *)gone_data(g);\n"
          "  return gone_count(g) * 2 > g->size ? o : (PyObject *)d; }\n");
  UnitResult R = parseOne(T);
  EXPECT_THAT(broken(R.Facts), IsEmpty());
  EXPECT_THAT(R.StandInTypes, ElementsAre("gone_t"));
}

TEST(DriverStandIns, PythonFromAMissingHeader) {
  TempTree T;
  T.write("repo/a.c", "#include <numpy/arrayobject.h>\n"
                      "PyObject *f(PyArrayObject *a) {\n"
                      "  NPY_BEGIN_ALLOW_THREADS\n"
                      "  NPY_END_ALLOW_THREADS\n"
                      "  return PyArray_DIMS(a)[0] ? (PyObject *)a : 0; }\n"
                      "#ifndef Py_PYTHON_H\n#error\n#endif\n");
  // Only the macros of a small Python are missing here.
  T.python();
  std::string Python = T.read("python/include/python3.13/Python.h");
  T.write("py/Python.h", Python + "#define Py_BEGIN_ALLOW_THREADS {\n"
                                  "#define Py_END_ALLOW_THREADS }\n");
  T.write("py/patchlevel.h", "#define PY_VERSION \"3.13.1\"\n");
  T.write("py/pyconfig.h", "");
  ScanRequest Request = T.request({"repo"});
  Request.Python = T.path("py");
  std::vector<UnitResult> R = parse(planOf(Request));
  ASSERT_EQ(R.size(), 1u);
  EXPECT_THAT(broken(R[0].Facts), IsEmpty());
  EXPECT_TRUE(R[0].Facts.ReachesPython);
  EXPECT_THAT(R[0].StandInTypes, ElementsAre("PyArrayObject"));
}

TEST(DriverStandIns, OfAMissingLibraryTheNewestVersionIsAssumed) {
  TempTree T;
  T.write("repo/a.c", "#include <gone.h>\n"
                      "#if GONE_MAJOR > 2 || (GONE_MAJOR == 2 && GONE_MINOR)\n"
                      "int newest(gone_t *g) { return g->x; }\n"
                      "#endif\n"
                      "#if GONE_VERSION_NUMBER < 0x10100000L\n"
                      "int oldest(gone_t *g) { return g->x; }\n"
                      "#endif\n"
                      "#if _MSC_VERSION > 1 || PYPY_VERSION_NUM > 1\n"
                      "int other(gone_t *g) { return g->x; }\n"
                      "#endif\n"
                      "int used(void) { return GONE_MAJOR; }\n");
  UnitResult R = parseOne(T);
  std::vector<std::string> Names;
  for (const Function &F : R.Facts.Functions)
    Names.push_back(R.Facts.Entities[F.Id].Name);
  EXPECT_THAT(Names, ElementsAre("newest", "used"));
  EXPECT_THAT(broken(R.Facts), IsEmpty());
}

TEST(DriverStandIns, IncludesOfMacrosAreSkipped) {
  TempTree T;
  T.write("repo/a.c", "#include <gone.h>\n"
                      "#include GONE_CORE_H\n"
                      "struct { int code; const char *text; } errors[] =\n"
                      "\n"
                      "#include GONE_ERRORS_H\n"
                      "\n"
                      "    static gone_library library;\n"
                      "int f(void) { if (!library) return errors[0].code;\n"
                      "  return gone_use(library); }\n");
  UnitResult R = parseOne(T);
  EXPECT_THAT(broken(R.Facts), IsEmpty());
  TypeClass Library = TypeClass::Unknown;
  for (const Entity &E : R.Facts.Entities)
    if (E.Name == "library")
      Library = E.Class;
  // What is asked whether it is there is a handle rather than a number.
  EXPECT_EQ(Library, TypeClass::Pointer);
}

TEST(DriverStandIns, RemarkCountsFilesAndTypes) {
  UnitResult A, B, C;
  A.StandInTypes = {"git_oid", "git_tree"};
  B.StandInTypes = {"git_oid"};
  std::vector<Remark> R = remarksOn({A, B, C});
  ASSERT_EQ(R.size(), 1u);
  EXPECT_THAT(R[0].Message, HasSubstr("2 files read with stand-ins for 2 types "
                                      "of missing headers"));
  EXPECT_EQ(R[0].Sev, Severity::Note);
}

} // namespace
