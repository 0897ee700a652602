//===- LinkFieldsTest.cpp - fields of objects -----------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FactsTesting.h"
#include "gmock/gmock.h"
#include <algorithm>

using namespace ungil;
using namespace ungil::testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

namespace {

const std::string Box = Python + "typedef struct { PyObject_HEAD PyObject *o;\n"
                                 "  char *s; int n; } Box;\n";

/// Accesses of the field called \p Name, as `function: use`.
std::vector<std::string> uses(const Linked &L, std::string_view Name) {
  constexpr const char *Words[] = {"test", "read", "write", "update",
                                   "release"};
  std::vector<std::string> All;
  for (const auto &[Field, Accesses] : L.P.Fields)
    if (L.P.entity(Field).Name == Name)
      for (const FieldAccess &A : Accesses)
        All.push_back(L.P.name(A.At.Function) + ": " +
                      Words[static_cast<int>(A.Use)] +
                      (A.Deep ? " behind" : "") + (A.Opaque ? " by type" : "") +
                      (A.Reinit ? " again" : ""));
  std::sort(All.begin(), All.end());
  All.erase(std::unique(All.begin(), All.end()), All.end());
  return All;
}

TEST(Fields, ThroughNamesAndCasts) {
  Linked L(Box +
           "PyObject *m(PyObject *self, PyObject *a) { Box *b = (Box *)self;\n"
           "  b->n++; if (b->n) ((Box *)a)->n = 1; return 0; }\n" +
           method("m"));
  EXPECT_THAT(uses(L, "n"), ElementsAre("m: test", "m: update", "m: write"));
}

TEST(Fields, NewAndDyingObjectsAreNobodyElses) {
  Linked L(Box +
           "PyObject *kept;\n"
           "static void fill(Box *b) { b->n = 1; }\n"
           "PyObject *m(PyObject *t, PyObject *a) {\n"
           "  Box *b = PyObject_New(Box, (PyTypeObject *)t); fill(b);\n"
           "  b->o = 0; kept = (PyObject *)b; b->s = 0; return 0; }\n"
           "static void d(PyObject *self) { ((Box *)self)->n = 0; }\n"
           "PyTypeObject T = {.tp_dealloc = d};\n" +
           method("m"));
  EXPECT_THAT(uses(L, "n"), IsEmpty());
  EXPECT_THAT(uses(L, "o"), IsEmpty());
  EXPECT_THAT(uses(L, "s"), ElementsAre("m: write"));
}

TEST(Fields, WhatACallableReturnsIsNewUntilItIsShown) {
  Linked L(Box +
           "PyObject *PyObject_CallOneArg(PyObject *, PyObject *);\n"
           "void PyErr_SetObject(PyObject *, PyObject *);\n"
           "PyObject *kept;\n"
           "static PyObject *raise(PyObject *type, PyObject *text) {\n"
           "  PyObject *e = PyObject_CallOneArg(type, text);\n"
           "  PyErr_SetObject(type, e); return e; }\n"
           "PyObject *m(PyObject *t, PyObject *a) {\n"
           "  Box *e = (Box *)raise(t, a); e->n = 1;\n"
           "  Box *b = (Box *)PyObject_CallOneArg(t, a); b->o = 0;\n"
           "  kept = (PyObject *)b; b->s = 0; return 0; }\n" +
           method("m"));
  EXPECT_THAT(uses(L, "n"), IsEmpty());
  EXPECT_THAT(uses(L, "o"), IsEmpty());
  EXPECT_THAT(uses(L, "s"), ElementsAre("m: write"));
}

TEST(Fields, WhoMakesAnObjectMayShowItToPythonCode) {
  Linked L(Box +
           "PyObject *PyObject_CallOneArg(PyObject *, PyObject *);\n"
           "PyObject *kept;\n"
           "PyObject *m(PyObject *t, PyObject *hook) {\n"
           "  Box *b = PyObject_New(Box, (PyTypeObject *)t);\n"
           "  PyObject_CallOneArg(hook, (PyObject *)b);\n"
           "  b->n = 1; return (PyObject *)b; }\n"
           "PyObject *other(PyObject *t, PyObject *hook) {\n"
           "  Box *b = PyObject_New(Box, (PyTypeObject *)t);\n"
           "  PyObject_CallOneArg(hook, (PyObject *)b);\n"
           "  b->n = 1; return 0; }\n" +
           method("m") +
           "static PyObject *(*also)(PyObject *, PyObject *) = "
           "other;\n");
  EXPECT_THAT(uses(L, "n"), ElementsAre("other: write"));
}

TEST(Fields, InitComesAgain) {
  Linked L(Box + "static int i(PyObject *self, PyObject *a, PyObject *k) {\n"
                 "  ((Box *)self)->n = 1; return 0; }\n"
                 "PyTypeObject T = {.tp_init = i};\n");
  EXPECT_THAT(uses(L, "n"), ElementsAre("i: write again"));
}

TEST(Fields, WhatCalleesDoBehindAPointer) {
  Linked L(Box +
           "void out(char *); int in(const char *);\n"
           "static void set(char *p) { *p = 1; }\n"
           "PyObject *m(Box *b, PyObject *a) { set(b->s); out(b->s);\n"
           "  in(b->s); PyMem_Free(b->s); return 0; }\n" +
           method("m"));
  EXPECT_THAT(uses(L, "s"),
              ElementsAre("m: read", "m: read behind by type", "m: release",
                          "m: release behind", "m: update behind by type",
                          "m: write behind"));
}

TEST(Fields, OneOfSeveralObjectsIsOneAccess) {
  Linked L(Box +
           "PyObject *m(Box *b, PyObject *a) {\n"
           "  Box *x = a ? (Box *)a : b; x->n = 1; return 0; }\n" +
           method("m"));
  ASSERT_EQ(L.P.Fields.size(), 1u);
  const std::vector<FieldAccess> &All = L.P.Fields.begin()->second;
  ASSERT_EQ(All.size(), 1u);
  EXPECT_EQ(All[0].OrObjects.size(), 1u);
}

TEST(Fields, TakenOutUnderALock) {
  Linked L(Python +
           "typedef struct { PyObject_HEAD PyMutex lock; PyObject *o; } Box;\n"
           "PyObject *m(Box *b, PyObject *a) { PyMutex_Lock(&b->lock);\n"
           "  PyObject *o = b->o; b->o = 0; PyMutex_Unlock(&b->lock);\n"
           "  Py_XDECREF(o); return 0; }\n" +
           method("m"));
  for (const auto &[Field, Accesses] : L.P.Fields)
    for (const FieldAccess &A : Accesses)
      EXPECT_FALSE(A.Locks.empty());
}

} // namespace
