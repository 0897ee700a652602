//===- LinkLocksTest.cpp - the lock model ---------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FactsTesting.h"
#include "Link/Suspend.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <optional>

using namespace ungil;
using namespace ungil::testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

namespace {

/// Locks at each call of `use` in `f`: one string per call, names joined by
/// commas.
std::vector<std::string> held(const std::string &Code,
                              const std::string &Name = "snippet.c") {
  Linked L(Code, Name);
  std::vector<std::string> All;
  FunctionId F = L.function("f");
  const std::vector<Event> &Events = L.P.body(F).Events;
  for (EventId E = 0; E != Events.size(); ++E) {
    if (Events[E].Kind != EventKind::Call || L.P.calleeName(Events[E]) != "use")
      continue;
    std::string Names;
    for (const std::string &One : L.locks({F, E}))
      Names += (Names.empty() ? "" : ", ") + One;
    All.push_back(Names);
  }
  return All;
}

const std::string C = Python + "#include <pthread.h>\n"
                               "void use(int); PyMutex m, n;\n"
                               "pthread_mutex_t p; PyThread_type_lock t;\n";
const std::string Cxx = "#include <Python.h>\n#include <mutex>\n"
                        "#include <shared_mutex>\n"
                        "void use(int); std::mutex m, n;\n"
                        "std::shared_mutex s; std::timed_mutex d;\n";

std::vector<std::string> inC(const std::string &Body,
                             const std::string &Before = "") {
  return held(C + Before + "void f(int c) {" + Body + "}\n");
}
std::vector<std::string> inCxx(const std::string &Body,
                               const std::string &Before = "") {
  return held(Cxx + Before + "void f(int c) {" + Body + "}\n", "snippet.cpp");
}

//===-- Tries -------------------------------------------------------------===//

TEST(LockTries, TheResultDecides) {
  EXPECT_THAT(inC("if (pthread_mutex_trylock(&p) == 0) use(0); else use(1);"),
              ElementsAre("&p", ""));
  EXPECT_THAT(inC("if (pthread_mutex_trylock(&p)) { use(0); return; }\n"
                  "use(1); pthread_mutex_unlock(&p); use(2);"),
              ElementsAre("", "&p", ""));
}

TEST(LockTries, ThroughALocal) {
  EXPECT_THAT(inC("int rc = pthread_mutex_trylock(&p);\n"
                  "if (rc != 0) { use(0); return; } use(1);"),
              ElementsAre("", "&p"));
}

TEST(LockTries, WithoutWaiting) {
  EXPECT_THAT(inC("if (!PyThread_acquire_lock(t, 0)) { use(0); return; }\n"
                  "use(1);"),
              ElementsAre("", "&*t"));
  EXPECT_THAT(inC("PyThread_acquire_lock(t, 1); use(0);"), ElementsAre("&*t"));
}

TEST(LockTries, WithATimeLimit) {
  EXPECT_THAT(inC("if (PyThread_acquire_lock_timed(t, 10, 0) ==\n"
                  "    PY_LOCK_ACQUIRED) use(0); else use(1);"),
              ElementsAre("&*t", ""));
}

TEST(LockTries, AnUntestedTryMayHold) {
  EXPECT_THAT(inC("pthread_mutex_trylock(&p); use(0);"),
              ElementsAre("unknown &p"));
}

TEST(LockTries, AFailedLockHoldsNothing) {
  EXPECT_THAT(inC("if (pthread_mutex_lock(&p)) { use(0); return; } use(1);"),
              ElementsAre("", "&p"));
}

TEST(LockTries, WaitWhenTheTryFails) {
  EXPECT_THAT(inC("if (!PyThread_acquire_lock(t, 0)) {\n"
                  "  Py_BEGIN_ALLOW_THREADS PyThread_acquire_lock(t, 1);\n"
                  "  Py_END_ALLOW_THREADS } use(0);"),
              ElementsAre("&*t"));
}

TEST(LockTries, WrappersHandTheResultOn) {
  EXPECT_THAT(
      inC("if (attempt() == 0) use(0); else use(1);",
          "static int attempt(void) { return pthread_mutex_trylock(&p); }\n"),
      ElementsAre("&p", ""));
  EXPECT_THAT(inC("if (!enter(c)) { use(0); return; } use(1);",
                  "static int enter(int c) { PyMutex_Lock(&m);\n"
                  "  if (c) { PyMutex_Unlock(&m); return 0; } return 1; }\n"),
              ElementsAre("", "&m"));
}

//===-- Branches, loops, exits --------------------------------------------===//

TEST(LockFlow, EarlyExits) {
  EXPECT_THAT(inC("PyMutex_Lock(&m); if (c) { PyMutex_Unlock(&m); use(0);\n"
                  "  return; } use(1); PyMutex_Unlock(&m); use(2);"),
              ElementsAre("", "&m", ""));
}

TEST(LockFlow, LoopsThatLockInside) {
  EXPECT_THAT(inC("while (c--) { use(0); PyMutex_Lock(&m); use(1);\n"
                  "  PyMutex_Unlock(&m); } use(2);"),
              ElementsAre("", "&m", ""));
}

TEST(LockFlow, LoopsThatLetGoInside) {
  EXPECT_THAT(inC("PyMutex_Lock(&m); while (c--) { PyMutex_Unlock(&m);\n"
                  "  use(0); PyMutex_Lock(&m); } use(1);"),
              ElementsAre("", "&m"));
}

TEST(LockFlow, CallsThatDoNotReturn) {
  EXPECT_THAT(inC("if (c) PyMutex_Lock(&m); else Py_FatalError(\"no\");\n"
                  "use(0);"),
              ElementsAre("&m"));
}

TEST(LockFlow, TwoLocksAndTheOrderOfUnlocks) {
  EXPECT_THAT(inC("PyMutex_Lock(&m); PyMutex_Lock(&n); use(0);\n"
                  "PyMutex_Unlock(&m); use(1); PyMutex_Unlock(&n); use(2);"),
              ElementsAre("&m, &n", "&n", ""));
}

TEST(LockFlow, AnotherLocksUnlockIsNoUnlock) {
  EXPECT_THAT(inC("PyMutex_Lock(&m); PyMutex_Unlock(&n); use(0);"),
              ElementsAre("&m"));
}

TEST(LockFlow, GotoDone) {
  EXPECT_THAT(inC("PyMutex_Lock(&m); if (c) goto done; use(0);\n"
                  "done: use(1); PyMutex_Unlock(&m); use(2);"),
              ElementsAre("&m", "&m", ""));
}

TEST(LockFlow, SectionsWithinSections) {
  EXPECT_THAT(held(Python + "void use(int);\n"
                            "void f(PyObject *a) {\n"
                            "  Py_BEGIN_CRITICAL_SECTION(a);\n"
                            "  Py_BEGIN_CRITICAL_SECTION(a);\n"
                            "  use(0);\n"
                            "  Py_END_CRITICAL_SECTION(); use(1);\n"
                            "  Py_END_CRITICAL_SECTION(); use(2); }\n"),
              ElementsAre("section a, section a", "section a", ""));
}

TEST(LockFlow, SectionsAreLetGoWithTheThreadState) {
  EXPECT_THAT(held(Python + "void use(int); PyMutex m;\n"
                            "void f(PyObject *a) {\n"
                            "  PyMutex_Lock(&m);\n"
                            "  Py_BEGIN_CRITICAL_SECTION(a);\n"
                            "  Py_BEGIN_ALLOW_THREADS use(0);\n"
                            "  Py_END_ALLOW_THREADS use(1);\n"
                            "  Py_END_CRITICAL_SECTION();\n"
                            "  PyMutex_Unlock(&m); }\n"),
              ElementsAre("&m", "&m, section a"));
}

TEST(LockFlow, SectionsOfOneWayOnly) {
  EXPECT_THAT(held(Python + "void use(int);\n"
                            "void f(PyObject *a, int c) {\n"
                            "  PyThreadState *s = 0;\n"
                            "  Py_BEGIN_CRITICAL_SECTION(a);\n"
                            "  if (c) s = PyEval_SaveThread();\n"
                            "  use(0);\n"
                            "  if (c) PyEval_RestoreThread(s);\n"
                            "  Py_END_CRITICAL_SECTION(); }\n"),
              ElementsAre(""));
}

//===-- Wrappers ----------------------------------------------------------===//

TEST(LockWrappers, OfWrappers) {
  EXPECT_THAT(inC("outer(); use(0); PyMutex_Unlock(&m); use(1);",
                  "static void inner(void) { PyMutex_Lock(&m); }\n"
                  "static void outer(void) { inner(); }\n"),
              ElementsAre("&m", ""));
}

TEST(LockWrappers, RecursionProvesNothing) {
  EXPECT_THAT(inC("enter(c); use(0);",
                  "static void enter(int c) { if (c) { enter(c - 1); return; }"
                  " PyMutex_Lock(&m); }\n"),
              ElementsAre(""));
}

TEST(LockWrappers, AWrapperThatTakesOnSomePathsProtectsNothing) {
  EXPECT_THAT(inC("enter(c); use(0);",
                  "static void enter(int c) { if (c) PyMutex_Lock(&m); }\n"),
              ElementsAre(""));
}

TEST(LockWrappers, AHelperThatLetsGoForAWhile) {
  EXPECT_THAT(inC("PyMutex_Lock(&m); pause(); use(0); PyMutex_Unlock(&m);",
                  "static void pause(void) { PyMutex_Unlock(&m); use(0);\n"
                  "  PyMutex_Lock(&m); }\n"),
              ElementsAre("&m"));
}

TEST(LockWrappers, AHelperThatReleasesAnotherLock) {
  EXPECT_THAT(inC("PyMutex_Lock(&m); drop(&w); use(0);",
                  "struct W { PyMutex mine; } w;\n"
                  "static void drop(struct W *x)\n"
                  "{ PyMutex_Unlock(&x->mine); }\n"),
              ElementsAre("&m"));
}

TEST(LockWrappers, WhatIsTakenOnTheWay) {
  Linked L(C + "static void inner(void) { PyMutex_Lock(&m);\n"
               "  PyMutex_Unlock(&m); }\n"
               "void f(void) { inner(); }\n"
               "void g(int c) { if (c) inner(); }\n");
  const std::vector<TakenLock> &F = L.P.Functions[L.function("f")].Takes;
  ASSERT_EQ(F.size(), 1u);
  EXPECT_EQ(F[0].At.Function, L.function("inner"));
  EXPECT_FALSE(F[0].Perhaps);
  const std::vector<TakenLock> &G = L.P.Functions[L.function("g")].Takes;
  ASSERT_EQ(G.size(), 1u);
  EXPECT_TRUE(G[0].Perhaps);
}

//===-- Guards ------------------------------------------------------------===//

TEST(LockGuards, ByHandInBetween) {
  EXPECT_THAT(inCxx("std::unique_lock<std::mutex> g(m); use(0);\n"
                    "g.unlock(); use(1); g.lock(); use(2);"),
              ElementsAre("&m", "", "&m"));
}

TEST(LockGuards, Deferred) {
  EXPECT_THAT(inCxx("std::unique_lock<std::mutex> g(m, std::defer_lock);\n"
                    "use(0); g.lock(); use(1);"),
              ElementsAre("", "&m"));
  EXPECT_THAT(inCxx("std::unique_lock<std::mutex> g(m, std::defer_lock);\n"
                    "if (g.try_lock()) use(0); else use(1);"),
              ElementsAre("&m", ""));
}

TEST(LockGuards, Tried) {
  EXPECT_THAT(inCxx("std::unique_lock<std::mutex> g(m, std::try_to_lock);\n"
                    "if (g.owns_lock()) use(0); else use(1);"),
              ElementsAre("&m", ""));
  EXPECT_THAT(inCxx("std::unique_lock<std::mutex> g(m, std::try_to_lock);\n"
                    "if (!g) { use(0); return; } use(1);"),
              ElementsAre("", "&m"));
}

TEST(LockGuards, Adopted) {
  EXPECT_THAT(inCxx("m.lock(); { std::lock_guard<std::mutex> g(m,\n"
                    "  std::adopt_lock); use(0); } use(1);"),
              ElementsAre("&m", ""));
}

TEST(LockGuards, Several) {
  EXPECT_THAT(inCxx("{ std::scoped_lock g(m, n); use(0); } use(1);"),
              ElementsAre("&m, &n", ""));
  EXPECT_THAT(inCxx("std::lock(m, n); use(0); m.unlock(); use(1);"),
              ElementsAre("&m, &n", "&n"));
}

TEST(LockGuards, ReadersKeepTheirKind) {
  Linked L(Cxx + "void f() { std::shared_lock<std::shared_mutex> g(s);\n"
                 "  use(0); }\n",
           "snippet.cpp");
  Site S = L.call("f", "use");
  const auto &Held = L.P.Functions[S.Function].Locks.at(S.Event);
  ASSERT_EQ(Held.size(), 1u);
  EXPECT_EQ(Held[0].Kind, LockKind::Shared);
}

TEST(LockGuards, OfTheProjectWithAGuardInside) {
  EXPECT_THAT(inCxx("{ Guard g(m); use(0); } use(1);",
                    "struct Guard { std::unique_lock<std::mutex> Held;\n"
                    "  explicit Guard(std::mutex &M) : Held(M) {} };\n"),
              ElementsAre("&m", ""));
}

TEST(LockGuards, PastAnException) {
  EXPECT_THAT(inCxx("try { std::lock_guard<std::mutex> g(m); use(0);\n"
                    "  if (c) throw 1; } catch (int) { use(1); } use(2);"),
              ElementsAre("&m", "", ""));
}

//===-- Without a break ---------------------------------------------------===//

/// How the first lock held at `use(0)` is broken before `use(1)`.
std::optional<Break> broken(const std::string &Code) {
  Linked L(Code);
  Site From = L.call("f", "use", 0), To = L.call("f", "use", 1);
  const auto &Held = L.P.Functions[From.Function].Locks.at(From.Event);
  EXPECT_FALSE(Held.empty());
  Reaches Runs(L.P);
  return Suspensions(L.P, Runs).between(From.Function, Held.at(0), From.Event,
                                        To.Event);
}

std::optional<Break> inSection(const std::string &Between) {
  return broken(Python +
                "void use(int); PyMutex m;\n"
                "void f(PyObject *a, PyObject *b, int c) {\n"
                "  Py_BEGIN_CRITICAL_SECTION(a); use(0);\n" +
                Between + " use(1); Py_END_CRITICAL_SECTION(); }\n");
}

std::optional<Break> underMutex(const std::string &Between) {
  return broken(Python +
                "void use(int); PyMutex m;\n"
                "void f(PyObject *a, PyObject *b, int c) {\n"
                "  PyMutex_Lock(&m); use(0);\n" +
                Between + " use(1); PyMutex_Unlock(&m); }\n");
}

TEST(Suspensions, NothingInBetween) {
  EXPECT_FALSE(inSection("if (c) c++;"));
  EXPECT_FALSE(underMutex("if (c) c++;"));
}

TEST(Suspensions, PythonCodeLetsASectionGo) {
  std::optional<Break> B = inSection("PyObject_CallNoArgs(b);");
  ASSERT_TRUE(B);
  EXPECT_EQ(B->How, Reach::Python);
  EXPECT_FALSE(underMutex("PyObject_CallNoArgs(b);"));
}

TEST(Suspensions, OnOneOfTwoWays) {
  EXPECT_TRUE(inSection("if (c) PyObject_CallNoArgs(b);"));
  EXPECT_FALSE(inSection("if (c) { PyObject_CallNoArgs(b); return; }"));
}

TEST(Suspensions, WaitingForAnotherLock) {
  std::optional<Break> B =
      inSection("PyMutex_Lock(&m); c++; PyMutex_Unlock(&m);");
  ASSERT_TRUE(B);
  EXPECT_EQ(B->How, Reach::Waits);
  B = inSection("{ Py_BEGIN_CRITICAL_SECTION(b); c++;"
                " Py_END_CRITICAL_SECTION(); }");
  ASSERT_TRUE(B);
  EXPECT_EQ(B->How, Reach::Waits);
}

TEST(Suspensions, Detaching) {
  std::optional<Break> B =
      inSection("Py_BEGIN_ALLOW_THREADS c++; Py_END_ALLOW_THREADS");
  ASSERT_TRUE(B);
  EXPECT_GE(B->How, Reach::Likely);
}

TEST(Suspensions, GivenBackAndTakenAgain) {
  EXPECT_TRUE(underMutex("PyMutex_Unlock(&m); PyMutex_Lock(&m);"));
}

} // namespace
