//===- ThreadStateTest.cpp - attached or detached at every event ----------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rules/ThreadState.h"
#include "FactsTesting.h"
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

} // namespace
