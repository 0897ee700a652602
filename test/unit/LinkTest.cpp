//===- LinkTest.cpp - facts to program ------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FactsTesting.h"
#include "gmock/gmock.h"

using namespace ungil;
using namespace ungil::testing;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

namespace {

//===-- Values ------------------------------------------------------------===//

TEST(Values, LocalsAreLookedThrough) {
  Linked L("typedef struct { void *memo; } T; void use(void *);\n"
           "void f(void *op) { T *self = (T *)op; void *m = self->memo;\n"
           "  use(m); }\n");
  EXPECT_THAT(L.argument(L.call("f", "use"), 0), ElementsAre("op->memo"));
}

TEST(Values, BothArmsReachAJoin) {
  Linked L("void *a(void), *b(void); void use(void *);\n"
           "void f(int c) { void *p; if (c) p = a(); else p = b(); use(p); }\n"
           "void g(int c) { use(c ? a() : b()); }\n");
  for (const char *Name : {"f", "g"})
    EXPECT_THAT(L.argument(L.call(Name, "use"), 0),
                ElementsAre("the result of a()", "the result of b()"));
}

TEST(Values, AnAssignmentReplaces) {
  Linked L("void *a(void), *b(void); void use(void *);\n"
           "void f(void) { void *p = a(); use(p); p = b(); use(p); }\n");
  EXPECT_THAT(L.argument(L.call("f", "use", 0), 0),
              ElementsAre("the result of a()"));
  EXPECT_THAT(L.argument(L.call("f", "use", 1), 0),
              ElementsAre("the result of b()"));
}

TEST(Values, LoopsKeepWhatTheyAddLate) {
  Linked L(
      "void *a(void), *b(void *); void use(void *);\n"
      "void f(int n) { void *p = a(); while (n--) { use(p); p = b(p); } }\n");
  EXPECT_THAT(L.argument(L.call("f", "use"), 0),
              ElementsAre("the result of a()", "the result of b()"));
}

TEST(Values, OutParametersAreResults) {
  Linked L(Python + "void use(PyObject *);\n"
                    "void f(PyObject *d) { PyObject *k, *v; Py_ssize_t i = 0;\n"
                    "  while (PyDict_Next(d, &i, &k, &v)) use(v); }\n");
  EXPECT_THAT(L.argument(L.call("f", "use"), 0),
              ElementsAre("the result of PyDict_Next() out 3"));
}

TEST(Values, FunctionsThatReturnTheirArgument) {
  Linked L(Python + "void use(PyObject *);\n"
                    "void f(PyObject *o) { use(Py_NewRef(o)); }\n");
  EXPECT_THAT(L.argument(L.call("f", "use"), 0), ElementsAre("o"));
}

//===-- Phases ------------------------------------------------------------===//

TEST(Phases, InitIsProvedFromTheGraph) {
  Linked L(Python +
           "int n;\n"
           "static void fill(void) { n++; }\n"
           "static void shared(void) { n--; }\n"
           "static int exec(PyObject *m) { fill(); shared();\n"
           "  return 0; }\n"
           "static PyObject *get(PyObject *s, PyObject *o)\n"
           "{ shared(); return o; }\n" +
           method("get") + Module);
  EXPECT_EQ(L.phases("exec"), "init");
  EXPECT_EQ(L.phases("fill"), "init");
  EXPECT_TRUE(L.P.initOnly(L.function("fill")));
  EXPECT_EQ(L.phases("shared"), "init|concurrent");
  EXPECT_FALSE(L.P.initOnly(L.function("shared")));
}

TEST(Phases, ANameProvesNothing) {
  Linked L(Python +
           "int n;\n"
           "static void init_module_once(void) { n++; }\n"
           "static PyObject *get(PyObject *s, PyObject *o)\n"
           "{ init_module_once(); return o; }\n" +
           method("get"));
  EXPECT_EQ(L.phases("init_module_once"), "concurrent");
}

TEST(Phases, SlotsOfATypeDiffer) {
  Linked L(Python +
           "static PyObject *make(PyTypeObject *t, PyObject *a, PyObject *k)\n"
           "{ return 0; }\n"
           "static void drop(PyObject *s) {}\n"
           "static int visit(PyObject *s, visitproc v, void *a) { return 0; }\n"
           "static int clear(PyObject *s) { return 0; }\n"
           "PyTypeObject type = {.tp_new = make, .tp_dealloc = drop,\n"
           "  .tp_traverse = visit, .tp_clear = clear};\n");
  EXPECT_EQ(L.phases("make"), "construct");
  EXPECT_EQ(L.phases("drop"), "dealloc");
  EXPECT_EQ(L.phases("visit"), "traverse");
  EXPECT_EQ(L.phases("clear"), "traverse");
  EXPECT_FALSE(L.P.isConcurrent(L.function("visit")));
}

TEST(Phases, ThreadsOfTheExtension) {
  Linked L(
      "#include <pthread.h>\n"
      "static void *work(void *a) { return a; }\n"
      "void start(void) { pthread_t t; pthread_create(&t, 0, work, 0); }\n");
  EXPECT_EQ(L.phases("work"), "native");
}

TEST(Phases, WhatNobodySeenCalls) {
  Linked L(Python +
           "void visible(void) {}\n"
           "static void dead(void) {}\n"
           "static PyObject *get(PyObject *s, PyObject *o)\n"
           "{ return o; }\n" +
           method("get"));
  EXPECT_EQ(L.phases("visible"), "unknown");
  EXPECT_EQ(L.phases("dead"), "");
  EXPECT_FALSE(L.P.isConcurrent(L.function("dead")));
  EXPECT_FALSE(L.P.provedConcurrent(L.function("visible")));
}

TEST(Phases, AnAddressThatIsStoredMayBeCalled) {
  Linked L(Python +
           "struct ops { void (*run)(void); } ops;\n"
           "static void go(void) {}\n"
           "static int exec(PyObject *m) { ops.run = go; return 0; }\n" +
           Module);
  EXPECT_THAT(L.phases("go"), HasSubstr("unknown"));
}

TEST(Phases, TracesLeadFromAnEntry) {
  Linked L(Python +
           "int n;\n"
           "static void inner(void) { n++; }\n"
           "static void middle(void) { inner(); }\n"
           "static PyObject *get(PyObject *s, PyObject *o)\n"
           "{ middle(); return o; }\n" +
           method("get"));
  EXPECT_EQ(L.P.entryName(L.function("inner")), "method 'get'");
  std::vector<Note> Trace = L.P.traceTo({L.function("inner"), 0});
  ASSERT_THAT(Trace, SizeIs(3));
  EXPECT_EQ(Trace[0].Message, "method 'get' enters here");
  EXPECT_EQ(Trace[1].Message, "'get' calls 'middle' here");
  EXPECT_EQ(Trace[2].Message, "'middle' calls 'inner' here");
}

//===-- Locks -------------------------------------------------------------===//

TEST(Locks, BetweenLockAndUnlock) {
  Linked L(Python + "PyMutex m; void use(int);\n"
                    "void f(void) { use(0); PyMutex_Lock(&m); use(1);\n"
                    "  PyMutex_Unlock(&m); use(2); }\n");
  EXPECT_THAT(L.locks(L.call("f", "use", 0)), IsEmpty());
  EXPECT_THAT(L.locks(L.call("f", "use", 1)), ElementsAre("&m"));
  EXPECT_THAT(L.locks(L.call("f", "use", 2)), IsEmpty());
}

TEST(Locks, AJoinKeepsWhatBothSidesHold) {
  Linked L(Python + "PyMutex m, n; void use(int);\n"
                    "void f(int c) { PyMutex_Lock(&m);\n"
                    "  if (c) PyMutex_Lock(&n);\n"
                    "  use(0); }\n"
                    "void g(int c) { PyMutex_Lock(&m);\n"
                    "  if (c) { PyMutex_Unlock(&m); return; }\n"
                    "  use(0); }\n");
  EXPECT_THAT(L.locks(L.call("f", "use")), ElementsAre("&m"));
  EXPECT_THAT(L.locks(L.call("g", "use")), ElementsAre("&m"));
}

TEST(Locks, SectionsAreOnObjects) {
  Linked L(
      Python +
      "void use(int);\n"
      "void f(PyObject *a, PyObject *b) {\n"
      "  Py_BEGIN_CRITICAL_SECTION(a); use(0); Py_END_CRITICAL_SECTION();\n"
      "  use(1);\n"
      "  Py_BEGIN_CRITICAL_SECTION2(a, b); use(2);\n"
      "  Py_END_CRITICAL_SECTION2(); use(3); }\n");
  EXPECT_THAT(L.locks(L.call("f", "use", 0)), ElementsAre("section a"));
  EXPECT_THAT(L.locks(L.call("f", "use", 1)), IsEmpty());
  EXPECT_THAT(L.locks(L.call("f", "use", 2)),
              ElementsAre("section a", "section b"));
  EXPECT_THAT(L.locks(L.call("f", "use", 3)), IsEmpty());
}

TEST(Locks, Wrappers) {
  Linked L(Python +
           "typedef struct { PyMutex mutex; } T; PyMutex m; void use(int);\n"
           "static void lock(void) { PyMutex_Lock(&m); }\n"
           "static void unlock(void) { PyMutex_Unlock(&m); }\n"
           "static void lock_all(void) { lock(); }\n"
           "static void enter(T *t) { PyMutex_Lock(&t->mutex); }\n"
           "static void leave(T *t) { PyMutex_Unlock(&t->mutex); }\n"
           "void f(void) { lock_all(); use(0); unlock(); use(1); }\n"
           "void g(T *self) { enter(self); use(0); leave(self); use(1); }\n");
  EXPECT_THAT(L.locks(L.call("f", "use", 0)), ElementsAre("&m"));
  EXPECT_THAT(L.locks(L.call("f", "use", 1)), IsEmpty());
  EXPECT_THAT(L.locks(L.call("g", "use", 0)), ElementsAre("&self->mutex"));
  EXPECT_THAT(L.locks(L.call("g", "use", 1)), IsEmpty());
}

TEST(Locks, Guards) {
  Linked L(
      "#include <mutex>\n#include <Python.h>\n"
      "std::mutex m; PyMutex p; void use(int);\n"
      "struct Guard { PyMutex *M;\n"
      "  Guard(PyMutex *M) : M(M) { PyMutex_Lock(M); }\n"
      "  ~Guard() { PyMutex_Unlock(M); } };\n"
      "void f() { { std::lock_guard<std::mutex> g(m); use(0); } use(1); }\n"
      "void g() { { Guard g(&p); use(0); } use(1); }\n"
      "void h() { std::unique_lock<std::mutex> g(m); g.unlock(); use(0); }\n",
      "snippet.cpp");
  EXPECT_THAT(L.locks(L.call("f", "use", 0)), ElementsAre("&m"));
  EXPECT_THAT(L.locks(L.call("f", "use", 1)), IsEmpty());
  EXPECT_THAT(L.locks(L.call("g", "use", 0)), ElementsAre("&p"));
  EXPECT_THAT(L.locks(L.call("g", "use", 1)), IsEmpty());
  EXPECT_THAT(L.locks(L.call("h", "use", 0)), IsEmpty());
}

TEST(Locks, WhatEveryCallerHolds) {
  Linked L(Python + "PyMutex m; void use(int);\n"
                    "static void both(void) { use(0); }\n"
                    "static void one(void) { use(0); }\n"
                    "static void object(PyObject *o) { use(0); }\n"
                    "void f(void) { PyMutex_Lock(&m); both(); one();\n"
                    "  PyMutex_Unlock(&m); }\n"
                    "void g(PyObject *x) { PyMutex_Lock(&m); both();\n"
                    "  PyMutex_Unlock(&m); one();\n"
                    "  Py_BEGIN_CRITICAL_SECTION(x); object(x);\n"
                    "  Py_END_CRITICAL_SECTION(); }\n");
  EXPECT_THAT(L.locks(L.call("both", "use")), ElementsAre("&m"));
  EXPECT_THAT(L.locks(L.call("one", "use")), IsEmpty());
  EXPECT_THAT(L.locks(L.call("object", "use")), ElementsAre("section o"));
}

TEST(Locks, AnEntryPointHasOtherCallers) {
  Linked L(Python +
           "PyMutex m; void use(int);\n"
           "static PyObject *get(PyObject *s, PyObject *o)\n"
           "{ use(0); return o; }\n"
           "void f(PyObject *o) { PyMutex_Lock(&m); get(o, o);\n"
           "  PyMutex_Unlock(&m); }\n" +
           method("get"));
  EXPECT_THAT(L.locks(L.call("get", "use")), IsEmpty());
}

TEST(Locks, ALockWithoutABodyIsSomeLock) {
  Linked L("void lib_lock(void); void lib_unlock(void); void use(int);\n"
           "void f(void) { lib_lock(); use(0); lib_unlock(); use(1); }\n");
  EXPECT_TRUE(L.P.unknownLockHeld(L.call("f", "use", 0)));
  EXPECT_FALSE(L.P.unknownLockHeld(L.call("f", "use", 1)));
}

TEST(Locks, SectionHeldLooksThroughSequenceFast) {
  Linked L(Python + "void f(PyObject *a) {\n"
                    "  PyObject *s = PySequence_Fast(a, \"\");\n"
                    "  Py_BEGIN_CRITICAL_SECTION(a);\n"
                    "  PySequence_Fast_GET_ITEM(s, 0);\n"
                    "  Py_END_CRITICAL_SECTION(); }\n");
  EXPECT_TRUE(L.P.sectionHeld(L.call("f", "PySequence_Fast_GET_ITEM"), 0));
}

//===-- Several units -----------------------------------------------------===//

TEST(Merge, ADefinitionAndItsDeclarations) {
  Linked L({{"state.c", "int counter;\nvoid bump(void) { counter++; }\n"},
            {"methods.c", "extern int counter; void bump(void);\n"
                          "void f(void) { bump(); counter = 0; }\n"}});
  ASSERT_THAT(L.places("counter"), SizeIs(1));
  EXPECT_TRUE(L.P.entity(L.places("counter")[0]).has(EF_Defined));
  EXPECT_THAT(L.accesses("counter"),
              ::testing::UnorderedElementsAre("bump: update counter",
                                              "f: write counter"));
  ASSERT_THAT(L.P.Functions[L.function("bump")].Callers, SizeIs(1));
}

TEST(Merge, TheDefinitionIsWhatIsShown) {
  Linked L({{"a.c", "extern int counter;\nvoid f(void) { counter = 1; }\n"},
            {"b.c", "\n\nint counter;\n"}});
  const Entity &E = L.P.entity(L.places("counter")[0]);
  EXPECT_EQ(E.Loc.Line, 3u);
  EXPECT_THAT(L.P.Facts.Files[E.Loc.File].Path, HasSubstr("b.c"));
}

TEST(Merge, StaticsOfTheSameNameStayTwo) {
  Linked L({{"a.c", "static int n; void f(void) { n++; }\n"},
            {"b.c", "static int n; void g(void) { n = 1; }\n"}});
  ASSERT_THAT(L.places("n"), SizeIs(2));
  for (EntityId Place : L.places("n"))
    EXPECT_THAT(L.P.Places.at(Place), SizeIs(1));
}

TEST(Merge, StaticFunctionsOfTheSameNameStayTwo) {
  Linked L({{"a.c", "int a; static void set(void) { a = 1; }\n"
                    "void f(void) { set(); }\n"},
            {"sub/a.c", "int b; static void set(void) { b = 1; }\n"
                        "void g(void) { set(); }\n"}});
  EXPECT_THAT(L.accesses("a"), ElementsAre("set: write a"));
  EXPECT_THAT(L.accesses("b"), ElementsAre("set: write b"));
}

TEST(Merge, AHeaderSeenByTenUnitsIsOne) {
  SourceFiles Units;
  for (int I = 0; I != 10; ++I)
    Units["unit" + std::to_string(I) + ".c"] = "#include \"shared.h\"\nvoid f" +
                                               std::to_string(I) +
                                               "(void) { bump(); }\n";
  Linked L(Units,
           {{"shared.h", "extern int total;\n"
                         "static inline void bump(void) { total++; }\n"}});
  EXPECT_THAT(L.accesses("total"), ElementsAre("bump: update total"));
  EXPECT_THAT(L.P.Functions[L.function("bump")].Callers, SizeIs(10));
  EXPECT_EQ(L.P.Facts.FunctionsSeen, 11u);
}

TEST(Merge, TablesInAHeaderCountOnce) {
  Linked L({{"a.c", "#include \"t.h\"\n"}, {"b.c", "#include \"t.h\"\n"}},
           {{"t.h", Python +
                        "static PyObject *get(PyObject *s, PyObject *o)\n"
                        "{ return o; }\n"
                        "static " +
                        method("get")}});
  EXPECT_THAT(L.P.Facts.EntryPoints, SizeIs(1));
}

TEST(Merge, PhasesCrossFiles) {
  Linked L({{"module.c", Python +
                             "int setup(void); void touch(void);\n"
                             "static int exec(PyObject *m)\n"
                             "{ return setup(); }\n"
                             "static PyObject *get(PyObject *s,\n"
                             "  PyObject *o) { touch(); return o; }\n" +
                             method("get") + Module},
            {"state.c", "int n; int setup(void) { n = 1; return 0; }\n"
                        "void touch(void) { n++; }\n"}});
  EXPECT_EQ(L.phases("setup"), "init");
  EXPECT_EQ(L.phases("touch"), "concurrent");
}

TEST(Merge, LocksCrossFiles) {
  Linked L({{"lock.c", Python + "PyMutex m;\n"
                                "void enter(void) { PyMutex_Lock(&m); }\n"
                                "void leave(void) { PyMutex_Unlock(&m); }\n"},
            {"use.c", "void enter(void), leave(void), use(int);\n"
                      "void f(void) { enter(); use(0); leave(); use(1); }\n"}});
  EXPECT_THAT(L.locks(L.call("f", "use", 0)), ElementsAre("&m"));
  EXPECT_THAT(L.locks(L.call("f", "use", 1)), IsEmpty());
}

TEST(Merge, NoUnitsAtAll) {
  Linked L(SourceFiles{});
  EXPECT_THAT(L.P.Functions, IsEmpty());
}

} // namespace
