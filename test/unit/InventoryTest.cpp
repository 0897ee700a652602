//===- InventoryTest.cpp - the state that threads share -------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FactsTesting.h"
#include "Inventory/Take.h"
#include "Report/Finalize.h"
#include "Report/Names.h"
#include "Rules/Rules.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <set>

using namespace ungil;
using namespace ungil::testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

namespace {

struct Taken {
  explicit Taken(const std::string &Code, const std::string &Name = "snippet.c",
                 ObjectContract Objects = ObjectContract::Shared)
      : L(Python + Code, Name) {
    L.P.Objects = Objects;
    for (const FileFact &File : L.P.Facts.Files)
      All.Files.push_back(File.Path);
    for (const RuleInfo &Rule : allRules())
      if (Rule.Run)
        for (Finding &F : Rule.Run(L.P))
          All.Findings.push_back(std::move(F));
    finalize(All);
    Rows = takeInventory(L.P, All.Findings);
  }

  /// `cache: locked (lock 'mutex')`.
  std::vector<std::string> rows() const {
    std::vector<std::string> Out;
    for (const SharedState &S : Rows)
      Out.push_back((S.Owner.empty() ? "" : S.Owner + ".") + S.Name + ": " +
                    std::string(name(S.How)) + " (" + S.Why + ")");
    return Out;
  }

  /// `f writes, holding lock 'mutex'`.
  std::vector<std::string> uses(std::string_view Place) const {
    std::vector<std::string> Out;
    for (const SharedState &S : Rows)
      if (S.Name == Place)
        for (const StateUse &U : S.Uses)
          Out.push_back(U.Function +
                        (U.How == StateUse::Writes  ? " writes"
                         : U.How == StateUse::Reads ? " reads"
                                                    : " hands on") +
                        (U.AtInit ? " at init" : "") +
                        (U.Entry.empty() ? "" : " in " + U.Entry) +
                        (U.Lock.empty() ? "" : ", holding " + U.Lock));
    return Out;
  }

  Linked L;
  Report All;
  Inventory Rows;
};

const std::string Unprotected = "nothing keeps two threads apart";

TEST(Inventory, Variables) {
  Taken T("#include <stdatomic.h>\n"
          "static int open_, guarded, early, never = 1;\n"
          "static _Atomic int counted;\n"
          "static _Thread_local int own;\n"
          "static const int fixed = 3;\n"
          "static PyMutex lock;\n"
          "PyObject *f(PyObject *s, PyObject *a) {\n"
          "  open_++; counted++; own = never + fixed + early;\n"
          "  PyMutex_Lock(&lock); guarded++; PyMutex_Unlock(&lock);\n"
          "  return 0; }\n"
          "static int exec(PyObject *m) { early = 2; return 0; }\n" +
          method("f") + Module);
  EXPECT_THAT(T.rows(),
              UnorderedElementsAre(
                  "open_: none (" + Unprotected + ")",
                  "guarded: locked (lock 'lock')",
                  "counted: atomic (declared atomic)",
                  "own: per-thread (each thread has its own)",
                  "early: immutable (written during initialisation only)"));
  EXPECT_EQ(T.rows()[0], "open_: none (" + Unprotected + ")");
  EXPECT_THAT(T.uses("open_"), ElementsAre("f writes in method 'f'"));
  EXPECT_THAT(T.uses("guarded"),
              ElementsAre("f writes in method 'f', holding lock 'lock'"));
  EXPECT_THAT(T.uses("early"),
              ElementsAre("f reads in method 'f'", "exec writes at init"));
  EXPECT_EQ(T.Rows[0].Findings.size(), 1u);
}

TEST(Inventory, StaticVariableAndWhatItPointsTo) {
  Taken T("typedef struct { int hits, size; } State;\n"
          "static State *state;\n"
          "PyObject *f(PyObject *s, PyObject *a) {\n"
          "  static PyObject *cache;\n"
          "  if (!cache) cache = PyLong_FromLong(1);\n"
          "  state->hits++; return PyLong_FromLong(state->size); }\n"
          "static int exec(PyObject *m) { state = malloc(8); return 0; }\n" +
          method("f") + Module);
  EXPECT_THAT(T.rows(), UnorderedElementsAre(
                            "f.cache: none (" + Unprotected + ")",
                            "State.hits: none (" + Unprotected + ")",
                            "State.size: immutable (never written)",
                            "state: immutable (written during initialisation "
                            "only)"));
}

TEST(Inventory, FieldsOfObjects) {
  Taken T("typedef struct { PyObject_HEAD PyObject *open_; long guarded, set; "
          "PyMutex m; long by_mutex; } Obj;\n"
          "PyObject *f(Obj *self, PyObject *a) {\n"
          "  Py_XSETREF(self->open_, Py_NewRef(a));\n"
          "  Py_BEGIN_CRITICAL_SECTION(self);\n"
          "  self->guarded += self->set;\n"
          "  Py_END_CRITICAL_SECTION();\n"
          "  PyMutex_Lock(&self->m); self->by_mutex++;\n"
          "  PyMutex_Unlock(&self->m); return 0; }\n" +
          method("f"));
  EXPECT_THAT(T.rows(),
              UnorderedElementsAre(
                  "Obj.open_: none (" + Unprotected + ")",
                  "Obj.guarded: locked (critical section on the object)",
                  "Obj.by_mutex: locked (lock 'm' of the object)",
                  "Obj.set: immutable (not written after construction)"));
}

TEST(Inventory, CallersMaySynchronise) {
  const std::string Code = "typedef struct { PyObject_HEAD long a, b; } Obj;\n"
                           "PyObject *f(Obj *self, PyObject *x) {\n"
                           "  self->a = self->a + 1; return 0; }\n" +
                           method("f");
  EXPECT_THAT(Taken(Code).rows(),
              ElementsAre("Obj.a: none (" + Unprotected + ")"));
  EXPECT_THAT(
      Taken(Code, "snippet.c", ObjectContract::ExternalSync).rows(),
      ElementsAre("Obj.a: delegated (the callers, as the extension promises "
                  "(objects: external-sync))"));
}

TEST(Inventory, UnseenCalleesMayWrite) {
  Taken T("typedef struct { int x; } Table;\n"
          "void fill(Table *t); int look(const Table *t);\n"
          "static Table filled, looked;\n"
          "PyObject *f(PyObject *s, PyObject *a) {\n"
          "  fill(&filled); look(&looked); return 0; }\n" +
          method("f"));
  EXPECT_THAT(T.rows(),
              UnorderedElementsAre(
                  "filled: unknown (it is handed to functions that were not "
                  "seen and may change it)"));
}

/// Of whatever is judged here: what a rule reports has no protection, and what
/// has none is reported.
TEST(Inventory, AgreesWithTheRules) {
  Taken T("typedef struct { PyObject_HEAD PyObject *a, *b; long n; char *buf; "
          "PyMutex m; } Obj;\n"
          "static long total; static PyObject *cache; static PyMutex lock;\n"
          "PyObject *f(Obj *self, PyObject *x) {\n"
          "  PyMutex_Lock(&lock); total++; PyMutex_Unlock(&lock);\n"
          "  Py_XSETREF(self->a, Py_NewRef(x)); Py_CLEAR(self->b);\n"
          "  self->n = self->n + total; free(self->buf); self->buf = 0;\n"
          "  return 0; }\n"
          "PyObject *g(Obj *self, PyObject *x) {\n"
          "  if (!cache) cache = PyLong_FromLong(self->n);\n"
          "  PyMutex_Lock(&self->m); self->n = 0; PyMutex_Unlock(&self->m);\n"
          "  return Py_XNewRef(self->a); }\n" +
          method("f") + method("g"));
  std::set<std::string> Linked;
  for (const SharedState &S : T.Rows) {
    EXPECT_EQ(S.How == Protection::None, !S.Findings.empty()) << S.Name;
    Linked.insert(S.Findings.begin(), S.Findings.end());
  }
  for (const Finding &F : T.All.Findings)
    if (F.Rule == "shared-global" || F.Rule == "lazy-init" ||
        F.Rule == "object-field") {
      EXPECT_TRUE(Linked.count(F.Fingerprint)) << F.Message;
    }
}

/// A field of a structure that is no object of Python's.
TEST(Inventory, WhatIsSetUnderAOnceGuard) {
  Taken T("#include <mutex>\n"
          "struct Once { std::once_flag flag; bool done; int value; };\n"
          "static int get(Once &o) {\n"
          "  if (!o.done)\n"
          "    std::call_once(o.flag, [&] { o.value = 1; o.done = true; });\n"
          "  return o.value; }\n"
          "static Once once;\n"
          "extern \"C\" PyObject *f(PyObject *s, PyObject *a) {\n"
          "  return PyLong_FromLong(get(once)); }\n" +
              method("f"),
          "snippet.cpp");
  std::set<std::string> Linked;
  for (const SharedState &S : T.Rows)
    Linked.insert(S.Findings.begin(), S.Findings.end());
  ASSERT_EQ(T.All.Findings.size(), 1u);
  EXPECT_TRUE(Linked.count(T.All.Findings[0].Fingerprint));
}

/// A static variable of a header, in two units.
TEST(Inventory, CopiesAreOne) {
  auto Unit = [](const std::string &F) {
    return Python + "#include \"shared.h\"\nPyObject *" + F +
           "(PyObject *s, PyObject *a) { calls++; return 0; }\n" + method(F);
  };
  Linked L({{"a.c", Unit("f")}, {"b.c", Unit("g")}},
           {{"shared.h", "static int calls;\n"}});
  Inventory Rows = takeInventory(L.P, {});
  ASSERT_EQ(Rows.size(), 1u);
  EXPECT_EQ(Rows[0].How, Protection::None);
  EXPECT_EQ(Rows[0].Uses.size(), 2u);
}

TEST(Inventory, NothingShared) {
  EXPECT_THAT(Taken("PyObject *f(PyObject *s, PyObject *a) { int x = 1; "
                    "return PyLong_FromLong(x); }\n" +
                    method("f"))
                  .rows(),
              IsEmpty());
}

} // namespace
