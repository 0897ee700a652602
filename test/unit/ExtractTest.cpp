//===- ExtractTest.cpp - source to facts ----------------------------------===//
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
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

namespace {

//===-- Paths and values --------------------------------------------------===//

TEST(Extract, PathsLookThroughCastsAndParentheses) {
  Snippet S("struct in { int a[4]; };\n"
            "struct out { struct in *p; struct in v; };\n"
            "void f(void *o, int i) {\n"
            "  ((struct out *)(o))->v.a[i] = 1;\n"
            "  (*((struct out *)o)).p->a[2] = i;\n"
            "}\n");
  EXPECT_THAT(S.events("f"),
              IsSupersetOf({"write o->v.a[] = 1", "write o->p->a[] = i"}));
}

TEST(Extract, PointersAndArraysIndexDifferently) {
  Snippet S("int table[8]; int *heap;\n"
            "void f(int i) { table[i] = 0; heap[i] = 0; *heap = 0; }\n");
  EXPECT_THAT(S.events("f"),
              IsSupersetOf({"write table[] = null", "write *heap = null"}));
}

TEST(Extract, ReadsAndUpdatesOfPlaces) {
  Snippet S("int n; static int g(void) { n++; n += 2; return n; }\n");
  EXPECT_THAT(S.events("g"),
              ElementsAre("update n", "update n", "read n", "return n"));
}

TEST(Extract, LocalsAreBoundNotWritten) {
  Snippet S("int f(int a) { int b = a; b = 3; return b; }\n");
  EXPECT_THAT(S.events("f"),
              ElementsAre("bind b = a", "bind b = 3", "return b"));
}

TEST(Extract, ConditionalExpressionsAreChoices) {
  Snippet S("int *g, *h; int *f(int c) { return c ? g : h; }\n"
            "int *e(void) { return g ?: h; }\n");
  EXPECT_THAT(S.events("f"), Contains("return g|h"));
  EXPECT_THAT(S.events("e"), Contains("return g|h"));
}

TEST(Extract, FunctionsStringsAndConstantsAsArguments) {
  Snippet S("void take(void (*)(void), const char *, int, void *);\n"
            "static void callback(void) {}\n"
            "void f(void) { take(callback, \"name\", -3, 0); }\n");
  EXPECT_THAT(S.events("f"),
              ElementsAre("call take(function callback, \"name\", -3, null)"));
}

TEST(Extract, IndirectCallsNameThePointer) {
  Snippet S("struct ops { void (*run)(int); };\n"
            "void f(struct ops *o) { o->run(1); }\n");
  EXPECT_THAT(S.events("f"), Contains("call (*o->run)(1)"));
}

TEST(Extract, AddressOfAPlaceIsAnEvent) {
  Snippet S("int n; void take(int *); void f(void) { take(&n); }\n");
  EXPECT_THAT(S.events("f"), ElementsAre("address n", "call take(&n)"));
}

TEST(Extract, RangesPointAtTheSource) {
  Snippet S("int n;\nvoid f(void) {\n  /*here*/n = 1;\n}\n");
  EXPECT_THAT(S.at("f", "here"), ElementsAre("write n = 1"));
  const Event &E = S.function("f").Events.front();
  EXPECT_EQ(E.Range.Line, 3u);
  EXPECT_EQ(E.Range.Column, 11u);
  EXPECT_EQ(E.Range.Length, 5u);
  EXPECT_FALSE(E.Range.InMacro);
}

//===-- Branches ----------------------------------------------------------===//

TEST(Extract, ComparisonsWithNull) {
  Snippet S("#include <stddef.h>\nvoid *p; void g(void);\n"
            "void a(void) { if (p == NULL) g(); }\n"
            "void b(void) { if (NULL != p) g(); }\n"
            "void c(void) { if (!(p == NULL)) g(); }\n"
            "void d(void) { if (__builtin_expect(p == NULL, 0)) g(); }\n");
  EXPECT_THAT(S.events("a"), Contains("branch p IsZero"));
  EXPECT_THAT(S.events("b"), Contains("branch p NonZero"));
  EXPECT_THAT(S.events("c"), Contains("branch p NonZero"));
  EXPECT_THAT(S.events("d"), Contains("branch p IsZero"));
}

TEST(Extract, TruthOfAPointer) {
  Snippet S("void *p; int ready; void g(void);\n"
            "void a(void) { if (p) g(); }\n"
            "void b(void) { if (!p) g(); }\n"
            "void c(void) { if (!ready) g(); }\n");
  EXPECT_THAT(S.events("a"), Contains("branch p NonZero"));
  EXPECT_THAT(S.events("b"), Contains("branch p IsZero"));
  EXPECT_THAT(S.events("c"), Contains("branch ready IsZero"));
}

TEST(Extract, OnlyBelowZeroIsASentinel) {
  Snippet S("int n; void g(void);\n"
            "void a(void) { if (n < 0) g(); }\n"
            "void b(void) { if (n < 80) g(); }\n"
            "void c(void) { if (0 < n) g(); }\n"
            "void d(void) { if (n == -1) g(); }\n");
  EXPECT_THAT(S.events("a"), Contains("branch n Less"));
  EXPECT_THAT(S.events("b"), Not(Contains("branch n Less")));
  EXPECT_THAT(S.events("c"), Not(Contains("branch n Less")));
  EXPECT_THAT(S.events("d"), Contains("branch n EqualConst"));
}

//===-- Macros and the C API ----------------------------------------------===//

TEST(Extract, MacrosOfTheApiAreTheCallsTheyMake) {
  Snippet S("#include <Python.h>\n"
            "void f(PyObject *op) {\n"
            "  Py_BEGIN_CRITICAL_SECTION(op);\n"
            "  Py_INCREF(op);\n"
            "  Py_END_CRITICAL_SECTION();\n"
            "}\n");
  EXPECT_THAT(S.events("f"),
              IsSupersetOf({"call PyCriticalSection_Begin(&_py_cs, op)",
                            "call Py_INCREF(op)",
                            "call PyCriticalSection_End(&_py_cs)"}));
  for (const Event &E : S.function("f").Events)
    if (E.Kind == EventKind::Call && E.Callee != None &&
        S.Facts.Entities[E.Callee].Name == "Py_INCREF") {
      EXPECT_EQ(E.Range.Line, 4u);
      EXPECT_FALSE(E.has(EV_InMacroBody));
    }
}

TEST(Extract, ElementMacrosBecomeCalls) {
  Snippet S("#include <Python.h>\n"
            "PyObject *f(PyObject *l) { return PyList_GET_ITEM(l, 0); }\n"
            "PyObject *g(PyObject *l) { return PyTuple_GET_ITEM(l, 1); }\n"
            "PyObject *h(PyObject *l) {\n"
            "  return PySequence_Fast_GET_ITEM(l, 2);\n"
            "}\n");
  EXPECT_THAT(S.events("f"), Contains("call PyList_GET_ITEM(l, null)"));
  EXPECT_THAT(S.events("f"), Contains("return PyList_GET_ITEM()"));
  EXPECT_THAT(S.events("g"), Contains("return PyTuple_GET_ITEM()"));
  EXPECT_THAT(S.events("h"), Contains("return PySequence_Fast_GET_ITEM()"));
}

TEST(Extract, BodiesOfProjectMacrosAreMarked) {
  Snippet S("#include <Python.h>\n"
            "#define TAKE(o) Py_INCREF(o)\n"
            "void f(PyObject *op) { TAKE(op); }\n");
  const Event &E = S.function("f").Events.back();
  EXPECT_TRUE(E.has(EV_InMacroBody));
  EXPECT_TRUE(E.Range.InMacro);
}

TEST(Extract, Atomics) {
  Snippet S("#include <stdatomic.h>\n"
            "_Atomic int a; int b;\n"
            "void f(void) {\n"
            "  a++; a = 1;\n"
            "  __atomic_fetch_add(&b, 1, __ATOMIC_RELAXED);\n"
            "  __atomic_store_n(&b, 1, __ATOMIC_RELEASE);\n"
            "  atomic_fetch_add(&a, 1);\n"
            "}\n");
  EXPECT_THAT(S.events("f"),
              IsSupersetOf({"update a atomic", "write a = 1 atomic",
                            "update b atomic", "write b = 1 atomic"}));
  for (const std::string &Line : S.events("f"))
    EXPECT_TRUE(Line.starts_with("address") ||
                Line.find("atomic") != std::string::npos)
        << Line;
}

//===-- Entities ----------------------------------------------------------===//

TEST(Extract, WhatPlacesAre) {
  Snippet S("#include <Python.h>\n"
            "static const int limit = 3; int shared; static int own;\n"
            "_Thread_local int each; PyMutex lock; _Atomic long hits;\n"
            "static PyMethodDef methods[] = {{0}};\n"
            "static PyTypeObject type; PyObject *object; char buffer[8];\n"
            "void f(void) { static int calls; calls++; shared = own = each; }\n"
            "void *keep[] = {&limit, &lock, &hits, methods, &type, &object,\n"
            "                buffer};\n");
  EXPECT_TRUE(S.entity("limit").has(EF_Const | EF_Internal));
  EXPECT_TRUE(S.entity("shared").has(EF_Extern | EF_Defined));
  EXPECT_TRUE(S.entity("own").has(EF_Internal));
  EXPECT_TRUE(S.entity("each").has(EF_ThreadLocal));
  EXPECT_TRUE(S.entity("calls").has(EF_StaticLocal));
  EXPECT_EQ(S.Facts.Entities[S.entity("calls").Parent].Name, "f");
  EXPECT_TRUE(S.entity("buffer").has(EF_Array));
  EXPECT_EQ(S.entity("shared").Class, TypeClass::Scalar);
  EXPECT_EQ(S.entity("lock").Class, TypeClass::Lock);
  EXPECT_EQ(S.entity("hits").Class, TypeClass::Atomic);
  EXPECT_EQ(S.entity("methods").Class, TypeClass::Table);
  EXPECT_EQ(S.entity("type").Class, TypeClass::PyStatic);
  EXPECT_EQ(S.entity("object").Class, TypeClass::PyObject);
}

TEST(Extract, StaticsOfTheSameNameAreTold) {
  Snippet S("void f(void) { static int n; n++; }\n"
            "void g(void) { static int n; n++; }\n");
  std::vector<std::string> Usrs;
  for (const Entity &E : S.Facts.Entities)
    if (E.Name == "n")
      Usrs.push_back(E.Usr);
  ASSERT_EQ(Usrs.size(), 2u);
  EXPECT_NE(Usrs[0], Usrs[1]);
}

TEST(Extract, MagicStatics) {
  Snippet S("int make(); int f() { static int n = make(); return n; }\n"
            "int g() { static int n = 3; return n; }\n"
            "template <class T> int h() {\n"
            "  static constexpr int n = T::value; return n; }\n",
            "snippet.cpp");
  EXPECT_THAT(S.events("h"), Not(Contains("write n = ? atomic implicit")));
  EXPECT_THAT(S.events("f"), Contains("write n = make() atomic implicit"));
  EXPECT_THAT(S.events("g"), Not(Contains("write n = 3 atomic implicit")));
}

TEST(Extract, AtomicLoadsAndStoresHaveValues) {
  Snippet C(
      "_Atomic int a; int b;\n"
      "void f(int n) { int v = a; a = v + n; }\n"
      "void g(void) { __atomic_store_n(&b, __atomic_load_n(&b, 0) * 2, 0); }\n"
      "int h(void) { int v; __atomic_load(&b, &v, 0); return v; }\n");
  EXPECT_THAT(C.events("f"), ElementsAre("read a atomic", "bind v = a",
                                         "write a = of v, n atomic"));
  EXPECT_THAT(C.events("g"),
              ElementsAre("address b", "address b", "read b atomic",
                          "write b = of b atomic"));
  EXPECT_THAT(C.events("h"), ElementsAre("address b", "read b atomic",
                                         "bind v = b", "return v"));
  Snippet Cxx("#include <atomic>\nstd::atomic<int> a;\n"
              "void f() { a.store(a.load() + 1); }\n"
              "void g() { a = a - 1; }\n"
              "int h() { return a.exchange(3); }\n",
              "snippet.cpp");
  EXPECT_THAT(Cxx.events("f"),
              ElementsAre("read a atomic", "write a = of a atomic"));
  EXPECT_THAT(Cxx.events("g"),
              ElementsAre("read a atomic", "write a = of a atomic"));
  EXPECT_THAT(Cxx.events("h"), Contains("update a atomic"));
}

TEST(Extract, GuardsEndInTemplatesToo) {
  Snippet S("struct M {}; struct Guard { Guard(M &); ~Guard(); };\n"
            "M m; void inside(); void after();\n"
            "template <class T> void f(T t) {\n"
            "  { Guard g(m); inside(); }\n  after();\n}\n",
            "snippet.cpp");
  EXPECT_THAT(S.events("f"),
              ElementsAre("call Guard::Guard(&g, &m)",
                          "bind g = Guard::Guard()", "call inside()",
                          "call Guard::~Guard(&g) implicit", "call after()"));
}

TEST(Extract, ErrorsStayInTheirFunction) {
  Snippet S("int n;\n"
            "void bad(void) { if (undeclared_thing) n = 2; }\n"
            "void good(void) { n = 1; }\n");
  EXPECT_TRUE(S.entity("bad").has(EF_Partial));
  EXPECT_FALSE(S.entity("good").has(EF_Partial));
  EXPECT_THAT(S.events("good"), Contains("write n = 1"));
  EXPECT_EQ(S.Facts.FunctionsSeen, 2u);
  EXPECT_EQ(S.Facts.FunctionsAnalysed, 1u);
}

TEST(Extract, MissingHeadersLoseOnlyWhatNeedsThem) {
  Snippet S("#include <not/there.h>\n#include <Python.h>\n"
            "not_there_t *h;\nint n;\n"
            "PyObject *f(PyObject *l) { n++; return PyList_GetItem(l, 0); }\n");
  EXPECT_THAT(S.events("f"),
              IsSupersetOf({"update n", "call PyList_GetItem(l, null)"}));
}

TEST(Extract, BodiesOutsideTheProjectAreNotRead) {
  Snippet S("#include <Python.h>\nint n;\n");
  EXPECT_THAT(S.Facts.Functions, IsEmpty());
  EXPECT_TRUE(S.Facts.ReachesPython);
  EXPECT_TRUE(S.Facts.GilDisabled);
  EXPECT_EQ(S.Facts.PythonVersion, "3.13.0");
}

//===-- Tables ------------------------------------------------------------===//

TEST(Extract, MethodTables) {
  Snippet S("#include <Python.h>\n"
            "static PyObject *a(PyObject *s, PyObject *x) { return x; }\n"
            "static PyObject *b(PyObject *s, PyObject *x, PyObject *k)\n"
            "{ return x; }\n"
            "#define METHOD(name, flags) \\\n"
            "  {#name, (PyCFunction)(void (*)(void))name, flags, NULL}\n"
            "static PyMethodDef methods[] = {\n"
            "  {\"first\", a, METH_O, \"doc\"},\n"
            "  {.ml_name = \"named\", .ml_meth = a, .ml_flags = METH_NOARGS},\n"
            "  METHOD(b, METH_VARARGS | METH_KEYWORDS),\n"
            "  {NULL, NULL, 0, NULL}};\n");
  EXPECT_THAT(S.entries(),
              ElementsAre("method first: a", "method named: a", "method b: b"));
  EXPECT_EQ(S.Facts.EntryPoints[2].MethodFlags, 3u);
}

TEST(Extract, TypeObjectsAndTheirTables) {
  Snippet S("#include <Python.h>\n"
            "static PyObject *get(PyObject *s, void *c) { return s; }\n"
            "static int set(PyObject *s, PyObject *v, void *c) { return 0; }\n"
            "static PyObject *item(PyObject *s, Py_ssize_t i) { return s; }\n"
            "static void drop(PyObject *s) {}\n"
            "static int visit(PyObject *s, visitproc v, void *a)\n"
            "{ return 0; }\n"
            "static PyObject *make(PyTypeObject *t, PyObject *a, PyObject *k)\n"
            "{ return a; }\n"
            "static PySequenceMethods sequence = {.sq_item = item};\n"
            "static PyGetSetDef getset[] = {{\"x\", get, set, NULL, NULL},\n"
            "                               {NULL}};\n"
            "static PyTypeObject type = {\n"
            "  PyVarObject_HEAD_INIT(NULL, 0) .tp_name = \"m.T\",\n"
            "  .tp_dealloc = drop, .tp_as_sequence = &sequence,\n"
            "  .tp_traverse = visit, .tp_getset = getset, .tp_new = make};\n");
  EXPECT_THAT(S.entries(),
              UnorderedElementsAre("slot sq_item: item", "getter x: get",
                                   "setter x: set", "dealloc tp_dealloc: drop",
                                   "traverse tp_traverse: visit",
                                   "new tp_new: make"));
}

TEST(Extract, SlotsOfTypesAndModules) {
  Snippet S("#include <Python.h>\n"
            "static int fill(PyObject *m) { return 0; }\n"
            "static PyObject *next(PyObject *s) { return s; }\n"
            "static PyType_Slot type_slots[] = {\n"
            "  {Py_tp_iternext, next}, {0, NULL}};\n"
            "static PyModuleDef_Slot slots[] = {\n"
            "  {Py_mod_exec, fill}, {Py_mod_gil, Py_MOD_GIL_NOT_USED},\n"
            "  {0, NULL}};\n"
            "static struct PyModuleDef def = {\n"
            "  PyModuleDef_HEAD_INIT, .m_name = \"m\", .m_slots = slots};\n"
            "PyMODINIT_FUNC PyInit_m(void)\n"
            "{ return PyModuleDef_Init(&def); }\n");
  EXPECT_THAT(S.entries(),
              UnorderedElementsAre("slot tp_iternext: next",
                                   "moduleinit mod_exec: fill",
                                   "moduleinit PyInit_m: PyInit_m"));
  ASSERT_EQ(S.Facts.Modules.size(), 1u);
  EXPECT_EQ(S.Facts.Modules[0].Name, "m");
  ASSERT_EQ(S.Facts.SlotTables.size(), 2u);
  const SlotTable &Slots = S.Facts.SlotTables[1];
  EXPECT_EQ(Slots.Place, S.Facts.Modules[0].Slots);
  ASSERT_EQ(Slots.Entries.size(), 2u);
  EXPECT_EQ(Slots.Entries[1].Slot, "Py_mod_gil");
  EXPECT_EQ(Slots.Entries[1].Value, 1);
}

TEST(Extract, SlotsAssignedLater) {
  Snippet S("#include <Python.h>\n"
            "static void drop(PyObject *s) {}\n"
            "static PyTypeObject type;\n"
            "int setup(void) { type.tp_dealloc = drop;\n"
            "  return PyType_Ready(&type); }\n");
  EXPECT_THAT(S.entries(), ElementsAre("dealloc tp_dealloc: drop"));
}

TEST(Extract, FieldsThatPythonReadsByItself) {
  Snippet S("#include <Python.h>\n#include <structmember.h>\n"
            "typedef struct { PyObject_HEAD int width; int height; } Size;\n"
            "static PyMemberDef members[] = {\n"
            "  {\"width\", Py_T_INT, offsetof(Size, width), 0, NULL},\n"
            "  {\"height\", Py_T_INT, offsetof(Size, height), Py_READONLY,\n"
            "   NULL}, {NULL}};\n");
  ASSERT_EQ(S.Facts.Members.size(), 2u);
  EXPECT_EQ(S.Facts.Entities[S.Facts.Members[0].Field].Name, "width");
  EXPECT_FALSE(S.Facts.Members[0].ReadOnly);
  EXPECT_TRUE(S.Facts.Members[1].ReadOnly);
}

TEST(Extract, TablesOfFunctionsInCapsules) {
  Snippet S("static int plus(int a) { return a; }\n"
            "static void *api[] = {(void *)plus};\n");
  EXPECT_THAT(S.entries(), ElementsAre("capsule api: plus"));
}

//===-- C++ ---------------------------------------------------------------===//

TEST(Extract, MethodsHaveTheirObjectFirst) {
  Snippet S("struct Counter { int n; void add(int k) { n += k; } };\n"
            "Counter global;\n"
            "void f(Counter *c) { c->add(1); global.add(2); }\n",
            "snippet.cpp");
  EXPECT_THAT(S.events("Counter::add"), Contains("update this->n"));
  EXPECT_THAT(S.events("f"), IsSupersetOf({"call Counter::add(c, 1)",
                                           "call Counter::add(&global, 2)"}));
}

TEST(Extract, DestructorsRunAtTheEndOfTheScope) {
  Snippet S("struct Guard { Guard(); ~Guard(); }; int n;\n"
            "void f() { { Guard g; n = 1; } n = 2; }\n",
            "snippet.cpp");
  EXPECT_THAT(S.events("f"),
              ElementsAre("call Guard::Guard(&g)", "bind g = Guard::Guard()",
                          "write n = 1", "call Guard::~Guard(&g) implicit",
                          "write n = 2"));
}

TEST(Extract, ReferencesAreLookedThrough) {
  Snippet S("int n; void f() { int &r = n; r = 1; }\n"
            "void g(int &r) { r = 2; }\n void h() { g(n); }\n",
            "snippet.cpp");
  EXPECT_THAT(S.events("f"), Contains("write *r = 1"));
  EXPECT_THAT(S.events("g"), Contains("write *r = 2"));
  EXPECT_THAT(S.events("h"), Contains("call g(&n)"));
}

TEST(Extract, LambdasAreFunctionsOfTheirOwn) {
  Snippet S("int n; void f() { auto l = [] { n++; }; l(); }\n", "snippet.cpp");
  EXPECT_THAT(S.events("lambda in f"), Contains("update n"));
  EXPECT_TRUE(S.entity("lambda in f").has(EF_Lambda));
}

TEST(Extract, TemplatesAreReadAsPatterns) {
  Snippet S("int n; void note(int);\n"
            "template <typename T> void f(T v) { n++; note(1); v.go(); }\n",
            "snippet.cpp");
  EXPECT_TRUE(S.entity("f").has(EF_Template));
  EXPECT_THAT(S.events("f"), IsSupersetOf({"update n", "call note(1)"}));
}

TEST(Extract, DynamicInitialisersAreCode) {
  Snippet S("int make(); int n = make();\n", "snippet.cpp");
  EXPECT_THAT(S.entries(),
              ElementsAre("staticinit static initialiser: initialiser of n"));
}

//===-- Comments and macros -----------------------------------------------===//

TEST(Extract, CommentsThatSpeakToTheTool) {
  Snippet S("int n; // ungil: ignore[shared-global] set once\n"
            "int m; // NOLINT(ungil-lazy-init)\n"
            "int o; // noqa: borrowed-ref OK\n"
            "int p; // nothing\n");
  ASSERT_EQ(S.Facts.Comments.size(), 3u);
  EXPECT_EQ(S.Facts.Comments[0].Kind, CommentKind::Ignore);
  EXPECT_THAT(S.Facts.Comments[0].Rules, ElementsAre("shared-global"));
  EXPECT_EQ(S.Facts.Comments[0].Reason, "set once");
  EXPECT_EQ(S.Facts.Comments[1].Kind, CommentKind::NoLint);
  EXPECT_EQ(S.Facts.Comments[2].Kind, CommentKind::NoQa);
}

TEST(Extract, LockMacrosThatAreEmptyInOneArm) {
  Snippet S("#include <Python.h>\n"
            "#ifdef Py_GIL_DISABLED\n#define LOCK(m) PyMutex_Lock(m)\n"
            "#else\n#define LOCK(m)\n#endif\n"
            "PyMutex m; void f(void) { LOCK(&m); }\n");
  bool Found = false;
  for (const MacroFact &M : S.Facts.Macros)
    if (M.Name == "LOCK" && M.GilConditional)
      Found = true;
  EXPECT_TRUE(Found);
}

} // namespace
