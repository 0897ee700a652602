//===- ThreadStateTest.cpp - attached or detached at every event ----------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Link/ThreadState.h"
#include "FactsTesting.h"
#include "Rules/Strangers.h"
#include "gmock/gmock.h"

using namespace ungil;
using namespace ungil::rules;
using namespace ungil::testing;

namespace {

const std::string Head = "#include <Python.h>\n#include <pthread.h>\n"
                         "void here(void);\n";

/// The state at call number \p N of `here` in \p Function.
Attachment at(const std::string &Code, const char *Function = "f",
              unsigned N = 0) {
  Linked L(Head + Code);
  auto State = ThreadStates(L.P).at(L.call(Function, "here", N));
  EXPECT_TRUE(State) << "not reached";
  return State ? State->How : Attachment::Either;
}

TEST(ThreadState, RegionsBeginAndEnd) {
  const std::string Code = "void f(void) { here(); Py_BEGIN_ALLOW_THREADS\n"
                           "here(); Py_END_ALLOW_THREADS here(); }\n";
  EXPECT_EQ(at(Code, "f", 0), Attachment::Attached);
  EXPECT_EQ(at(Code, "f", 1), Attachment::Detached);
  EXPECT_EQ(at(Code, "f", 2), Attachment::Attached);
}

TEST(ThreadState, ReleaseGoesBackToWhatWasBefore) {
  const std::string Pair =
      "PyGILState_STATE s = PyGILState_Ensure(); PyGILState_Release(s);";
  EXPECT_EQ(at("void f(void) { " + Pair + " here(); }"), Attachment::Attached);
  EXPECT_EQ(at("void f(void) { Py_BEGIN_ALLOW_THREADS " + Pair +
               " here(); Py_END_ALLOW_THREADS }"),
            Attachment::Detached);
}

TEST(ThreadState, AForeignTokenSaysNothing) {
  EXPECT_EQ(at("void f(PyGILState_STATE s) { PyGILState_Release(s); here(); }"),
            Attachment::Either);
}

TEST(ThreadState, OneArmOnly) {
  EXPECT_EQ(at("void f(int n) { PyThreadState *s = 0;\n"
               "if (n > 9) s = PyEval_SaveThread(); here();\n"
               "if (s) PyEval_RestoreThread(s); }"),
            Attachment::Either);
}

TEST(ThreadState, WrappersCount) {
  EXPECT_EQ(at("static void *out(void) { return PyEval_SaveThread(); }\n"
               "static void *far(void) { return out(); }\n"
               "void f(void) { void *s = far(); here();\n"
               "  PyEval_RestoreThread(s); }"),
            Attachment::Detached);
}

TEST(ThreadState, HelpersBeginAsTheirCallersAre) {
  const std::string Helper = "static void f(void) { here(); }\n";
  const std::string Out =
      "void g(void) { Py_BEGIN_ALLOW_THREADS f(); Py_END_ALLOW_THREADS }\n";
  EXPECT_EQ(at(Helper + Out), Attachment::Detached);
  EXPECT_EQ(at(Helper + Out + "void h(void) { f(); }\n"), Attachment::Either);
}

TEST(ThreadState, ThreadsBeginDetached) {
  EXPECT_EQ(at("static void *f(void *p) { here(); return p; }\n"
               "void g(void) { pthread_t t; pthread_create(&t, 0, f, 0); }\n"),
            Attachment::Detached);
}

TEST(ThreadState, GuardsEndWithTheirScope) {
  Linked L(
      "#include <Python.h>\nvoid here();\n"
      "struct Out { PyThreadState *S; Out() : S(PyEval_SaveThread()) {}\n"
      "  ~Out() { PyEval_RestoreThread(S); } };\n"
      "struct In { PyGILState_STATE S; In() : S(PyGILState_Ensure()) {}\n"
      "  ~In() { PyGILState_Release(S); } };\n"
      "void f() { { Out O; here(); { In I; here(); } here(); } here(); }\n",
      "snippet.cpp");
  ThreadStates States(L.P);
  const Attachment Expected[] = {Attachment::Detached, Attachment::Attached,
                                 Attachment::Detached, Attachment::Attached};
  for (unsigned N = 0; N != 4; ++N)
    EXPECT_EQ(States.at(L.call("f", "here", N))->How, Expected[N]) << N;
}

TEST(ThreadState, FirstUseLooksIntoHelpers) {
  Linked L(Head +
           "static void g(PyObject *o) { Py_INCREF(o); }\n"
           "void f(PyObject *o) { here(); g(o); }\n"
           "void h(PyObject *o) { PyGILState_STATE s = PyGILState_Ensure();\n"
           "  g(o); PyGILState_Release(s); }\n");
  ThreadStates States(L.P);
  EXPECT_EQ(States.firstUse(L.function("f")), L.call("g", "Py_INCREF"));
  EXPECT_EQ(States.firstUse(L.function("h")), std::nullopt);
}

TEST(ThreadState, TheFirstWayBackIn) {
  Linked L(Head +
           "static int in(void) { return PyGILState_Ensure(); }\n"
           "void f(void) { here(); int s = in(); PyGILState_Release(s); }\n"
           "void g(void) { PyThreadState *s = PyEval_SaveThread(); here();\n"
           "  PyEval_RestoreThread(s); }\n");
  ThreadStates States(L.P);
  FunctionId F = L.function("f");
  EXPECT_EQ((Site{F, States.attachesAt(L.P, F)}), L.call("f", "in"));
  EXPECT_EQ(States.attachesAt(L.P, L.function("g")), None);
}

/// `function: sign` of everything that is entered without a thread state.
std::vector<std::string> strangers(const std::string &Code,
                                   const char *File = "snippet.c") {
  Linked L(Head + Code, File);
  std::vector<std::string> Out;
  const char *Signs[] = {"thread", "company", "itself", "library"};
  for (const auto &[F, Who] : findStrangers(L.P, ThreadStates(L.P)))
    Out.push_back(L.P.name(F) + ": " + Signs[Who.How]);
  std::sort(Out.begin(), Out.end());
  return Out;
}

const std::string Pair =
    "PyGILState_STATE s = PyGILState_Ensure(); PyGILState_Release(s);";

TEST(Strangers, CallbacksOfOneStructure) {
  const std::string Table = "struct hooks { void (*a)(void), (*b)(void); };\n"
                            "const struct hooks h = {a, b};\n";
  const std::string B = "static void b(void) { here(); }\n";
  EXPECT_THAT(strangers("static void a(void) {" + Pair + "}\n" + B + Table),
              ::testing::ElementsAre("a: itself", "b: company"));
  EXPECT_THAT(strangers("static void a(void) { here(); }\n" + B + Table),
              ::testing::IsEmpty());
}

TEST(Strangers, WhatPythonEntersIsNone) {
  EXPECT_THAT(strangers("PyObject *f(PyObject *s, PyObject *o) {" + Pair +
                        " return o; }\n" + method("f")),
              ::testing::IsEmpty());
}

TEST(Strangers, WhatAThreadAndItsMakerRun) {
  EXPECT_THAT(
      strangers("static void g(void) { here(); }\n"
                "static void *f(void *p) { g(); return p; }\n"
                "void h(void) { pthread_t t; pthread_create(&t, 0, f, 0);\n"
                "  f(0); }\n"),
      ::testing::ElementsAre("f: thread", "g: thread"));
}

TEST(Strangers, CopiesOfWhatEndsWithAState) {
  const std::string Ref = "struct Ref { PyObject *O; Ref(const Ref &);\n"
                          "  ~Ref() { Py_XDECREF(O); } };\n"
                          "inline Ref::Ref(const Ref &R) : O(R.O) {}\n";
  EXPECT_THAT(strangers(Ref +
                            "struct C { Ref R; C(const C &) = default;\n"
                            "  ~C() {" +
                            Pair + "} };\n",
                        "snippet.cpp"),
              ::testing::ElementsAre("C::C: company", "C::~C: itself"));
}

} // namespace
