//===- LinkOwnershipTest.cpp - who reaches what ---------------------------===//
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
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

namespace {

//===-- Ownership ---------------------------------------------------------===//

Sharing sharing(const Linked &L, const char *Function,
                const char *Callee = "PyList_GetItem", unsigned N = 0) {
  return L.P.sharing(L.call(Function, Callee, N), 0).How;
}

TEST(Ownership, FreshUntilItEscapes) {
  Linked L(Python +
           "PyObject *g; void unseen(PyObject *);\n"
           "static Py_ssize_t look(PyObject *l) { return PyList_Size(l); }\n"
           "void fresh(void) { PyObject *l = PyList_New(0);\n"
           "  PyList_Append(l, Py_None); look(l); PyList_GetItem(l, 0); }\n"
           "void stored(void) { PyObject *l = PyList_New(0); g = l;\n"
           "  PyList_GetItem(l, 0); }\n"
           "void given(void) { PyObject *l = PyList_New(0); unseen(l);\n"
           "  PyList_GetItem(l, 0); }\n"
           "void later(void) { PyObject *l = PyList_New(0);\n"
           "  PyList_GetItem(l, 0); g = l; }\n"
           "void put(PyObject *d) { PyObject *l = PyList_New(0);\n"
           "  PyDict_SetItemString(d, \"x\", l); PyList_GetItem(l, 0); }\n"
           "void own(void) { PyObject *l = PyList_New(0), *d = PyDict_New();\n"
           "  PyDict_SetItemString(d, \"x\", l); PyList_GetItem(l, 0); }\n");
  EXPECT_EQ(sharing(L, "fresh"), Sharing::Private);
  EXPECT_EQ(sharing(L, "stored"), Sharing::Unknown);
  EXPECT_EQ(sharing(L, "given"), Sharing::Unknown);
  EXPECT_EQ(sharing(L, "later"), Sharing::Private);
  EXPECT_EQ(sharing(L, "put"), Sharing::Unknown);
  EXPECT_EQ(sharing(L, "own"), Sharing::Private);
}

TEST(Ownership, ALoopEscapesBeforeItsNextTurn) {
  Linked L(Python + "PyObject *g;\n"
                    "void f(int n) { PyObject *l = PyList_New(0);\n"
                    "  while (n--) { PyList_GetItem(l, 0); g = l; } }\n"
                    "void each(int n) { while (n--) {\n"
                    "  PyObject *l = PyList_New(0); PyList_GetItem(l, 0);\n"
                    "  g = l; } }\n");
  EXPECT_EQ(sharing(L, "f"), Sharing::Unknown);
  EXPECT_EQ(sharing(L, "each"), Sharing::Private);
}

TEST(Ownership, HelpersThatReturnNewContainers) {
  Linked L(Python +
           "PyObject *cache;\n"
           "static PyObject *make(void) { PyObject *l = PyList_New(0);\n"
           "  if (PyList_Append(l, Py_None) < 0) { Py_DECREF(l); return 0; }\n"
           "  return l; }\n"
           "static PyObject *make2(void) { return make(); }\n"
           "static PyObject *cached(void) { PyObject *l = PyList_New(0);\n"
           "  cache = l; return l; }\n"
           "void f(void) { PyList_GetItem(make2(), 0); }\n"
           "void g(void) { PyList_GetItem(cached(), 0); }\n");
  EXPECT_EQ(sharing(L, "f"), Sharing::Private);
  EXPECT_EQ(sharing(L, "g"), Sharing::Unknown);
}

TEST(Ownership, WhatTheAddressOfALocalLeadsTo) {
  Linked L(Python +
           "PyObject *cache;\n"
           "static void sort(PyObject **d) { PyDict_GetItem(*d, Py_None); }\n"
           "static void show(PyObject **d) { PyDict_GetItem(*d, Py_None); }\n"
           "PyObject *own(void)\n"
           "{ PyObject *d = PyDict_New(); sort(&d); return d; }\n"
           "PyObject *kept(void) { PyObject *d = PyDict_New(); cache = d;\n"
           "  show(&d); return d; }\n"
           "PyObject *mine(void)\n"
           "{ PyObject *d = PyDict_New(); show(&d); return d; }\n");
  EXPECT_EQ(sharing(L, "sort", "PyDict_GetItem"), Sharing::Private);
  EXPECT_EQ(sharing(L, "show", "PyDict_GetItem"), Sharing::Unknown);
}

TEST(Ownership, ParametersAreWhatCallersPass) {
  Linked L(Python +
           "static void own(PyObject *l) { PyList_GetItem(l, 0); }\n"
           "static void any(PyObject *l) { PyList_GetItem(l, 0); }\n"
           "static void rec(PyObject *l, int n)\n"
           "{ PyList_GetItem(l, 0); if (n) rec(l, n - 1); }\n"
           "static PyObject *get(PyObject *s, PyObject *o) {\n"
           "  PyObject *l = PyList_New(0); own(l); any(l); any(o); rec(l, 3);\n"
           "  return o; }\n" +
           method("get"));
  EXPECT_EQ(sharing(L, "own"), Sharing::Private);
  EXPECT_EQ(sharing(L, "any"), Sharing::Shared);
  EXPECT_EQ(sharing(L, "rec"), Sharing::Private);
}

TEST(Ownership, ArgumentsOfACall) {
  Linked L(
      Python +
      "static PyObject *kw(PyObject *s, PyObject *args, PyObject *kwargs)\n"
      "{ PyDict_GetItemString(kwargs, \"x\");\n"
      "  PyTuple_GetItem(args, 0); return s; }\n"
      "static PyObject *one(PyObject *s, PyObject *o)\n"
      "{ PyList_GetItem(o, 0); return s; }\n"
      "static int init(PyObject *s, PyObject *args, PyObject *kwargs)\n"
      "{ PyDict_GetItemString(kwargs, \"x\"); return 0; }\n"
      "PyTypeObject type = {.tp_init = init};\n" +
      method("kw", "METH_VARARGS | METH_KEYWORDS") + method("one"));
  EXPECT_EQ(sharing(L, "kw", "PyDict_GetItemString"), Sharing::Private);
  EXPECT_EQ(sharing(L, "kw", "PyTuple_GetItem"), Sharing::Immutable);
  EXPECT_EQ(sharing(L, "init", "PyDict_GetItemString"), Sharing::Private);
  EXPECT_EQ(sharing(L, "one"), Sharing::Shared);
}

TEST(Ownership, FrozenAfterInit) {
  Linked L(Python +
           "PyObject *names, *table;\n"
           "static int exec(PyObject *m) { names = PyList_New(0);\n"
           "  table = PyList_New(0); PyList_Append(names, m); return 0; }\n"
           "static PyObject *get(PyObject *s, PyObject *o) {\n"
           "  PyList_GetItem(names, 0); PyList_GetItem(table, 0);\n"
           "  PyList_Append(table, o); return o; }\n" +
           method("get") + Module);
  EXPECT_EQ(sharing(L, "get"), Sharing::Frozen);
  SharingVerdict V = L.P.sharing(L.call("get", "PyList_GetItem", 1), 0);
  EXPECT_EQ(V.How, Sharing::Shared);
  EXPECT_THAT(V.Mutators, SizeIs(1));
}

TEST(Ownership, ClearingDoesNotUnfreeze) {
  Linked L(Python +
           "PyObject *names;\n"
           "static int exec(PyObject *m) { names = PyList_New(0);\n"
           "  return PyList_Append(names, m); }\n"
           "static int clear(PyObject *m) { Py_CLEAR(names); return 0; }\n"
           "static PyObject *get(PyObject *s, PyObject *o)\n"
           "{ PyList_GetItem(names, 0); return o; }\n"
           "PyModuleDef_Slot slots[] = {{Py_mod_exec, exec}, {0, 0}};\n"
           "struct PyModuleDef def = {PyModuleDef_HEAD_INIT, \"m\", 0, 0, 0,\n"
           "  slots, 0, clear};\n"
           "PyMODINIT_FUNC PyInit_m(void)\n"
           "{ return PyModuleDef_Init(&def); }\n" +
           method("get"));
  EXPECT_EQ(sharing(L, "get"), Sharing::Frozen);
}

TEST(Ownership, StructuresThatLiveOnTheStack) {
  Linked L(Python + "typedef struct { PyObject *list; } Acc;\n"
                    "typedef struct { PyObject *list; } Kept; Kept *kept;\n"
                    "static void open(Acc *a) { a->list = PyList_New(0); }\n"
                    "static void look(Acc *a) { PyList_GetItem(a->list, 0); }\n"
                    "void f(void) { Acc a; open(&a); look(&a); }\n"
                    "void g(Kept *k) { k->list = PyList_New(0);\n"
                    "  PyList_GetItem(k->list, 0); }\n");
  EXPECT_EQ(sharing(L, "look"), Sharing::Private);
  EXPECT_NE(sharing(L, "g"), Sharing::Private);
}

//===-- Places ------------------------------------------------------------===//

TEST(Places, AccessesThroughHelpersAndPointers) {
  Linked L("struct arena { int used; } arena; int n;\n"
           "static void bump(int *p) { (*p)++; }\n"
           "static void take(struct arena *a) { a->used--; }\n"
           "void f(void) { bump(&n); take(&arena); }\n");
  EXPECT_THAT(L.accesses("n"), Contains("bump: update n"));
  EXPECT_THAT(L.accesses("arena"), Contains("take: update arena.used"));
}

TEST(Places, MemoryFunctionsWrite) {
  Linked L("#include <string.h>\nchar buffer[8];\n"
           "void f(const char *s) { memcpy(buffer, s, 8); }\n"
           "void g(void) { strcpy(buffer, \"x\"); }\n");
  EXPECT_THAT(L.accesses("buffer"), Contains(HasSubstr("f: write buffer")));
  EXPECT_THAT(L.accesses("buffer"), Contains(HasSubstr("g: write buffer")));
}

TEST(Places, LazyWritesStandUnderATest) {
  Linked L("void *make(void); void *a, *b, *c; int ready;\n"
           "void f(void) { if (a == 0) a = make(); }\n"
           "void g(void) { if (b != 0) return; b = make(); }\n"
           "void h(void) { if (!ready) { c = make(); ready = 1; } }\n"
           "void i(int x) { if (x == 0) c = make(); }\n");
  EXPECT_THAT(L.accesses("a"), Contains("f: write a lazy"));
  EXPECT_THAT(L.accesses("b"), Contains("g: write b lazy"));
  EXPECT_THAT(L.accesses("ready"), Contains("h: write ready lazy"));
  EXPECT_THAT(L.accesses("c"), Contains("h: write c lazy"));
  EXPECT_THAT(L.accesses("c"), Contains("i: write c"));
}

TEST(Places, AFreeListIsNotLazy) {
  Linked L("void *list[8]; int count;\n"
           "void f(void *p) { if (count < 8) list[count++] = p; }\n");
  EXPECT_THAT(L.accesses("list"), Contains("f: write list[]"));
}

TEST(Places, ObjectsAreNoBuffersToFill) {
  Linked L(Python + "static PyTypeObject *type;\n"
                    "PyObject *f(PyObject *self, PyObject *args) {\n"
                    "  PyObject *o;\n"
                    "  PyArg_ParseTuple(args, \"O!\", type, &o);\n"
                    "  return o;\n"
                    "}\n");
  EXPECT_THAT(L.accesses("type"), Not(Contains(HasSubstr("write"))));
}

} // namespace
