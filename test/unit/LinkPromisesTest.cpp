//===- LinkPromisesTest.cpp - locks as their authors declare them ---------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FactsTesting.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

using namespace ungil;
using namespace ungil::testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

namespace {

const std::string Start = R"(
#include <Python.h>
#include <mutex>
#define TSA(x) __attribute__((x))
void use(int);
class TSA(capability("mutex")) Mutex {
public:
  void lock() TSA(acquire_capability());
  void unlock() TSA(release_capability());
  bool tryLock() TSA(try_acquire_capability(true));
  int tryLockC() TSA(try_acquire_capability(0));
  void lockShared() TSA(acquire_shared_capability());
  void unlockShared() TSA(release_shared_capability());
  void assertHeld() const TSA(assert_capability(this));
  const Mutex &operator!() const { return *this; }
};
class TSA(scoped_lockable) Guard {
public:
  explicit Guard(Mutex *M) TSA(acquire_capability(M));
  ~Guard() TSA(release_capability());
  void unlock() TSA(release_capability());
  void lock() TSA(acquire_capability());
};
Mutex m, n;
PyMutex p;
std::mutex s;
)";

/// Locks at each call of `use` in `f`.
std::vector<std::string> held(const std::string &Code) {
  Linked L(Start + Code, "snippet.cpp");
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

std::vector<std::string> in(const std::string &Body) {
  return held("void f(int c) {" + Body + "}\n");
}

TEST(Promises, LockMethodsWithoutABody) {
  EXPECT_THAT(in("m.lock(); use(0); m.unlock(); use(1);"),
              ElementsAre("&m", ""));
  EXPECT_THAT(in("m.lockShared(); use(0); m.unlockShared(); use(1);"),
              ElementsAre("&m", ""));
}

TEST(Promises, NameTheWrapperAndNotWhatIsInside) {
  EXPECT_THAT(held("class Wrapped { std::mutex M; public:\n"
                   "  void lock() TSA(acquire_capability()) { M.lock(); }\n"
                   "  void unlock() TSA(release_capability()) { M.unlock(); }\n"
                   "}; Wrapped w;\n"
                   "void f() { w.lock(); use(0); w.unlock(); use(1);\n"
                   "  std::lock_guard<Wrapped> g(w); use(2); }"),
              ElementsAre("&w", "", "&w"));
}

TEST(Promises, TriesTellByTheirResult) {
  EXPECT_THAT(in("if (m.tryLock()) use(0); else use(1);"),
              ElementsAre("&m", ""));
  EXPECT_THAT(in("if (m.tryLockC() == 0) use(0); else use(1);"),
              ElementsAre("&m", ""));
}

TEST(Promises, Guards) {
  EXPECT_THAT(in("{ Guard g(&m); use(0); } use(1);"), ElementsAre("&m", ""));
  EXPECT_THAT(in("Guard g(&m); g.unlock(); use(0); g.lock(); use(1);"),
              ElementsAre("", "&m"));
}

TEST(Promises, FreeFunctions) {
  EXPECT_THAT(held("void enter() TSA(acquire_capability(m));\n"
                   "void leave() TSA(release_capability(m));\n"
                   "void f() { enter(); use(0); leave(); use(1); }"),
              ElementsAre("&m", ""));
  EXPECT_THAT(held("void enter(Mutex &a, Mutex *b)\n"
                   "  TSA(acquire_capability(a, b));\n"
                   "void f() { enter(m, &n); use(0); }"),
              ElementsAre("&m, &n"));
}

TEST(Promises, WhatIsRequiredIsHeld) {
  EXPECT_THAT(held("void f() TSA(requires_capability(m));\n"
                   "void f() { use(0); m.unlock(); use(1); m.lock(); }"),
              ElementsAre("&m", ""));
  EXPECT_THAT(held("struct S { Mutex M; int N; void f(int)\n"
                   "  TSA(exclusive_locks_required(M)); };\n"
                   "void helper(S *Self) { use(Self->N); }\n"
                   "void f(S *Self) TSA(requires_capability(Self->M)) {\n"
                   "  use(0); }"),
              ElementsAre("&Self->M"));
  EXPECT_THAT(held("void f(PyMutex *q) TSA(requires_capability(*q, s)) {\n"
                   "  use(0); }"),
              ElementsAre("&*q, &s"));
}

TEST(Promises, OfAnotherDeclaration) {
  EXPECT_THAT(held("void f(Mutex *Other, Mutex *Mine)\n"
                   "  TSA(requires_capability(Mine));\n"
                   "void f(Mutex *A, Mutex *B) { use(0); }"),
              ElementsAre("&*B"));
}

TEST(Promises, Helpers) {
  Linked L(Start + "static void helper() { use(0); }\n"
                   "void f() TSA(requires_capability(m)) { helper(); }\n",
           "snippet.cpp");
  EXPECT_THAT(L.locks(L.call("helper", "use")), ElementsAre("&m"));
}

TEST(Promises, Assertions) {
  EXPECT_THAT(in("m.assertHeld(); use(0);"), ElementsAre("&m"));
  EXPECT_THAT(in("m.lock(); m.assertHeld(); m.unlock(); use(0);"),
              ElementsAre(""));
}

TEST(Promises, AnUncheckedBodyMayHoldAnything) {
  EXPECT_THAT(held("void f() TSA(no_thread_safety_analysis) { use(0); }"),
              ElementsAre("unknown an expression"));
}

TEST(Promises, WhatIsNotHeldSaysNothing) {
  EXPECT_THAT(held("void f() TSA(requires_capability(!m)) { use(0); }"),
              ElementsAre(""));
}

TEST(Promises, GuardedFieldsAndPlaces) {
  Linked L(Start + "int total TSA(guarded_by(m));\n"
                   "class C { Mutex M; int N TSA(guarded_by(M));\n"
                   "  int *Q TSA(pt_guarded_by(M)); int Free;\n"
                   "  void g() { N++; *Q = total; Free = 1; } };\n",
           "snippet.cpp");
  auto guard = [&](std::string_view Name, bool Pointee) {
    for (EntityId E = 0; E != L.P.Facts.Entities.size(); ++E)
      if (L.P.entity(E).Name == Name)
        if (const LockPromise *Said = L.P.guardOf(E, Pointee))
          return L.P.text(L.P.path(Said->Lock), L.function("C::g"));
    return std::string();
  };
  EXPECT_EQ(guard("total", false), "m");
  EXPECT_EQ(guard("N", false), "this->M");
  EXPECT_EQ(guard("Q", false), "");
  EXPECT_EQ(guard("Q", true), "this->M");
  EXPECT_EQ(guard("Free", false), "");
}

} // namespace
