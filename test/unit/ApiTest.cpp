//===- ApiTest.cpp --------------------------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Api/Api.h"
#include "llvm/Support/MemoryBuffer.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>

using namespace ungil;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

namespace {

/// A document with \p Functions between the brackets.
std::string document(const std::string &Functions) {
  return R"({"schema": 1, "functions": [)" + Functions + "]}";
}

/// What extend() says of \p Text; empty when it is accepted.
std::string errorOf(const std::string &Text) {
  Api A;
  if (llvm::Error E = A.extend(Text, "x.json")) {
    EXPECT_TRUE(A.all().empty()) << "a refused document changed the table";
    return llvm::toString(std::move(E));
  }
  return "";
}

Api tableOf(const std::string &Functions) {
  Api A;
  if (llvm::Error E = A.extend(document(Functions), "x.json"))
    ADD_FAILURE() << llvm::toString(std::move(E));
  return A;
}

const ApiFunction &builtin(std::string_view Name) {
  static const ApiFunction Nothing;
  const ApiFunction *F = Api::builtin().find(Name);
  EXPECT_NE(F, nullptr) << Name;
  return F ? *F : Nothing;
}

//===-- Facets ------------------------------------------------------------===//

TEST(Api, ReadsBorrow) {
  Api A = tableOf(R"({"name": "get", "borrow": {"category": "list",
      "hazard": "sharedMutable", "owner": 0, "outs": [1, 2], "interior": true,
      "iteration": true, "why": "because", "notes": "careful",
      "strong": {"name": "getRef", "signature": "int getRef(void);",
        "returns": "1", "onMissing": "0", "onError": "-1", "since": "3.13",
        "inCompat": true, "limitedApi": "yes"}}})");
  const ApiFunction *F = A.find("get");
  ASSERT_TRUE(F && F->Borrow && F->Borrow->Strong);
  EXPECT_EQ(F->Borrow->Category, "list");
  EXPECT_EQ(F->Borrow->Danger, Hazard::SharedMutable);
  EXPECT_EQ(F->Borrow->Owner, 0);
  EXPECT_THAT(F->Borrow->Outs, ElementsAre(1, 2));
  EXPECT_TRUE(F->Borrow->Interior);
  EXPECT_TRUE(F->Borrow->Iteration);
  EXPECT_EQ(F->Borrow->Why, "because");
  EXPECT_EQ(F->Borrow->Notes, "careful");
  EXPECT_EQ(F->Borrow->Strong->Name, "getRef");
  EXPECT_EQ(F->Borrow->Strong->Signature, "int getRef(void);");
  EXPECT_EQ(F->Borrow->Strong->Returns, "1");
  EXPECT_EQ(F->Borrow->Strong->OnMissing, "0");
  EXPECT_EQ(F->Borrow->Strong->OnError, "-1");
  EXPECT_EQ(F->Borrow->Strong->Since, 0x030D);
  EXPECT_TRUE(F->Borrow->Strong->InCompat);
  EXPECT_EQ(F->Borrow->Strong->LimitedApi, "yes");
}

TEST(Api, ReadsAlloc) {
  Api A = tableOf(R"({"name": "grow", "alloc": {"role": "realloc",
      "domain": "objectGc", "pointer": 1, "release": "drop",
      "makesObject": true, "mayHoldObject": true, "mayHoldBuffer": true}})");
  const ApiFunction *F = A.find("grow");
  ASSERT_TRUE(F && F->Alloc);
  EXPECT_EQ(F->Alloc->Role, AllocRole::Realloc);
  EXPECT_EQ(F->Alloc->Domain, AllocDomain::ObjectGC);
  EXPECT_EQ(F->Alloc->Pointer, 1);
  EXPECT_EQ(F->Alloc->Release, "drop");
  EXPECT_TRUE(F->Alloc->MakesObject);
  EXPECT_TRUE(F->Alloc->MayHoldObject);
  EXPECT_TRUE(F->Alloc->MayHoldBuffer);
}

TEST(Api, ReadsLock) {
  Api A = tableOf(R"({"name": "enter", "lock": {"kind": "criticalSection",
      "action": "tryAcquire", "objects": [1, 2], "handle": 0,
      "suspendable": true, "recursive": true, "exclusive": false,
      "blocks": true}})");
  const ApiFunction *F = A.find("enter");
  ASSERT_TRUE(F && F->Lock);
  EXPECT_EQ(F->Lock->Kind, LockKind::CriticalSection);
  EXPECT_EQ(F->Lock->Action, LockAction::TryAcquire);
  EXPECT_THAT(F->Lock->Objects, ElementsAre(1, 2));
  EXPECT_EQ(F->Lock->Handle, 0);
  EXPECT_TRUE(F->Lock->Suspendable);
  EXPECT_TRUE(F->Lock->Recursive);
  EXPECT_FALSE(F->Lock->Exclusive);
  EXPECT_TRUE(F->Lock->Blocks);
}

TEST(Api, ReadsEffect) {
  Api A = tableOf(R"({"name": "f", "effect": {"tier": "T2",
      "condition": "exact str", "locking": "per object", "attaches": true,
      "detaches": true, "restores": true, "detachedOk": true}})");
  const ApiFunction *F = A.find("f");
  ASSERT_TRUE(F && F->Effect);
  EXPECT_EQ(F->Effect->Class, Tier::T2);
  EXPECT_EQ(F->Effect->Condition, "exact str");
  EXPECT_EQ(F->Effect->Locking, "per object");
  EXPECT_TRUE(F->Effect->Attaches);
  EXPECT_TRUE(F->Effect->Detaches);
  EXPECT_TRUE(F->Effect->Restores);
  EXPECT_TRUE(F->Effect->DetachedOk);
}

TEST(Api, ReadsOwnership) {
  Api A = tableOf(R"({"name": "f", "ownership": {"fresh": "tuple",
      "immutable": true, "newReference": true, "steals": [1], "keeps": [2, 3],
      "into": 0, "intoResult": true, "mutates": [0], "dropsOld": true,
      "releases": [4], "retains": [5], "returns": 6, "outs": [7]}})");
  const ApiFunction *F = A.find("f");
  ASSERT_TRUE(F && F->Ownership);
  EXPECT_EQ(F->Ownership->Fresh, "tuple");
  EXPECT_TRUE(F->Ownership->Immutable);
  EXPECT_TRUE(F->Ownership->NewReference);
  EXPECT_THAT(F->Ownership->Steals, ElementsAre(1));
  EXPECT_THAT(F->Ownership->Keeps, ElementsAre(2, 3));
  EXPECT_EQ(F->Ownership->Into, 0);
  EXPECT_TRUE(F->Ownership->IntoResult);
  EXPECT_THAT(F->Ownership->Mutates, ElementsAre(0));
  EXPECT_TRUE(F->Ownership->DropsOld);
  EXPECT_THAT(F->Ownership->Releases, ElementsAre(4));
  EXPECT_THAT(F->Ownership->Retains, ElementsAre(5));
  EXPECT_EQ(F->Ownership->Returns, 6);
  EXPECT_THAT(F->Ownership->Outs, ElementsAre(7));
}

TEST(Api, ReadsCallbacksLibcMemoryObsolete) {
  Api A = tableOf(R"({"name": "f", "kind": "libc", "since": "3.13",
      "removed": "3.15", "sources": ["a", "b"], "obsolete": "does nothing",
      "callbacks": [{"argument": 1, "phase": "native", "name": "thread"},
                    {"argument": 2, "phase": "once"}],
      "libc": {"danger": "high", "sharedState": "buffer", "replacement": "f_r",
               "signature": "int f_r(void);", "notes": "n", "safeIfNull": 1,
               "onlyIfNull": 2},
      "memory": {
  "reads" : [0], "writes" : [1], "atomic" : true
}
})");
  const ApiFunction *F = A.find("f");
  ASSERT_TRUE(F && F->Libc && F->Memory);
  EXPECT_EQ(F->Kind, "libc");
  EXPECT_EQ(F->Since, 0x030D);
  EXPECT_EQ(F->Removed, 0x030F);
  EXPECT_THAT(F->Sources, ElementsAre("a", "b"));
  EXPECT_EQ(F->Obsolete, "does nothing");
  ASSERT_EQ(F->Callbacks.size(), 2u);
  EXPECT_EQ(F->Callbacks[0].Argument, 1);
  EXPECT_EQ(F->Callbacks[0].Phase, CallbackPhase::Native);
  EXPECT_EQ(F->Callbacks[0].Name, "thread");
  EXPECT_EQ(F->Callbacks[1].Phase, CallbackPhase::Once);
  EXPECT_EQ(F->Libc->Danger, LibcDanger::High);
  EXPECT_EQ(F->Libc->SharedState, "buffer");
  EXPECT_EQ(F->Libc->Replacement, "f_r");
  EXPECT_EQ(F->Libc->Signature, "int f_r(void);");
  EXPECT_EQ(F->Libc->Notes, "n");
  EXPECT_EQ(F->Libc->SafeIfNull, 1);
  EXPECT_EQ(F->Libc->OnlyIfNull, 2);
  EXPECT_THAT(F->Memory->Reads, ElementsAre(0));
  EXPECT_THAT(F->Memory->Writes, ElementsAre(1));
  EXPECT_TRUE(F->Memory->Atomic);
}

//===-- Merge and lookup --------------------------------------------------===//

TEST(Api, LaterFacetsReplaceOthersStay) {
  Api A = tableOf(R"({"name": "f", "kind": "macro", "sources": ["one"],
      "effect": {"tier": "T0"}, "alloc": {"role": "alloc", "domain": "raw"}})");
  ASSERT_FALSE(A.extend(document(R"({"name": "f", "sources": ["two", "one"],
      "ast": ["_f"], "effect": {"tier": "block"}})"),
                        "y.json"));
  ASSERT_EQ(A.all().size(), 1u);
  const ApiFunction *F = A.find("_f");
  ASSERT_TRUE(F && F->Effect && F->Alloc);
  EXPECT_EQ(F->Effect->Class, Tier::Block);
  EXPECT_EQ(F->Alloc->Domain, AllocDomain::Raw);
  EXPECT_EQ(F->Kind, "macro");
  EXPECT_THAT(F->Sources, ElementsAre("one", "two"));
}

TEST(Api, SpellingComesBeforeAstName) {
  Api A = tableOf(R"({"name": "MACRO", "ast": ["func"], "obsolete": "m"},
                     {"name": "func", "obsolete": "f"},
                     {"name": "OTHER", "ast": ["hidden"], "obsolete": "o"},
                     {"name": "MORE", "ast": ["hidden"], "obsolete": "p"})");
  EXPECT_EQ(A.find("func")->Name, "func");
  EXPECT_EQ(A.find("MACRO")->Name, "MACRO");
  EXPECT_EQ(A.find("hidden")->Name, "OTHER");
  EXPECT_EQ(A.find("nothing"), nullptr);
}

TEST(Api, LooksThroughSpellingsOfTheCompiler) {
  const Api &A = Api::builtin();
  for (const char *Name :
       {"memcpy", "__builtin_memcpy", "__memcpy_chk", "__builtin___memcpy_chk"})
    EXPECT_EQ(A.find(Name), A.find("memcpy")) << Name;
  for (const char *Name : {"std::lock_guard<std::mutex>::lock_guard",
                           "std::__1::lock_guard<std::__1::mutex>::lock_guard"})
    EXPECT_EQ(A.find(Name), A.find("std::lock_guard::lock_guard")) << Name;
  EXPECT_EQ(A.find("std::atomic<unsigned long>::operator++"),
            A.find("std::atomic::operator++"));
  EXPECT_EQ(A.find("__my_chk"), nullptr);
  EXPECT_EQ(A.find("__atomic_load_n")->Name, "__atomic_load_n");
}

TEST(Api, PackedTableIsTheSameTable) {
  const Api &A = Api::builtin();
  std::string Bytes = A.pack();
  Api B = Api::unpack(Bytes);
  EXPECT_EQ(B.pack(), Bytes);
  ASSERT_EQ(B.all().size(), A.all().size());
  EXPECT_EQ(B.find("_Py_NewRef")->Name, "Py_NewRef");
  EXPECT_TRUE(B.isLockType("PyMutex"));
}

TEST(Api, LockTypes) {
  const Api &A = Api::builtin();
  for (const char *Type :
       {"PyMutex", "struct PyMutex", "const PyMutex", "PyMutex[4]",
        "pthread_mutex_t", "std::mutex", "class std::mutex",
        "std::unique_lock<std::mutex>", "std::__1::mutex", "mutable_lock_t"}) {
    if (std::string_view(Type) == "mutable_lock_t")
      EXPECT_FALSE(A.isLockType(Type));
    else
      EXPECT_TRUE(A.isLockType(Type)) << Type;
  }
  EXPECT_FALSE(A.isLockType("PyMutex *"));
  EXPECT_FALSE(A.isLockType("std::vector<std::mutex> *"));
  EXPECT_FALSE(A.isLockType("int"));
  Api Own;
  ASSERT_FALSE(Own.extend(R"({"schema": 1, "lockTypes": ["my_lock_t"]})", "x"));
  EXPECT_TRUE(Own.isLockType("volatile my_lock_t"));
  EXPECT_FALSE(Own.isLockType("PyMutex"));
}

//===-- Errors ------------------------------------------------------------===//

TEST(ApiError, UnknownKeySuggestsTheNearest) {
  EXPECT_EQ(errorOf(document(R"({"name": "a", "obsolete": "o"},
      {"name": "PyFoo", "borrow": {"category": "list", "hazrd": "always"}})")),
            "x.json: functions[1] \"PyFoo\": missing key \"hazard\" in "
            "\"borrow\"\n"
            "x.json: functions[1] \"PyFoo\": unknown key \"hazrd\" in "
            "\"borrow\", did you mean \"hazard\"?");
}

TEST(ApiError, UnknownWordSuggestsOrLists) {
  EXPECT_THAT(errorOf(document(R"({"name": "f", "effect": {"tier": "blok"}})")),
              HasSubstr("\"tier\" in \"effect\" is \"blok\", did you mean "
                        "\"block\"?"));
  EXPECT_THAT(
      errorOf(document(R"({"name": "f", "libc": {"danger": "catastrophic"}})")),
      HasSubstr("known: none, low, medium, high"));
  EXPECT_THAT(errorOf(document(R"({"name": "f", "kind": "makro",
                                   "obsolete": "o"})")),
              HasSubstr("did you mean \"macro\"?"));
}

TEST(ApiError, WrongTypes) {
  auto Of = [](const std::string &Facet) {
    return errorOf(document(R"({"name": "f", )" + Facet + "}"));
  };
  EXPECT_THAT(Of(R"("borrow": 3)"), HasSubstr("\"borrow\" must be an object"));
  EXPECT_THAT(Of(R"("ownership": {"steals": 1})"),
              HasSubstr("\"steals\" in \"ownership\" must be a list"));
  EXPECT_THAT(Of(R"("ownership": {"into": -1, "keeps": [1]})"),
              HasSubstr("must be an argument number"));
  EXPECT_THAT(Of(R"("ownership": {"into": 99, "keeps": [1]})"),
              HasSubstr("must be an argument number"));
  EXPECT_THAT(Of(R"("memory": {"atomic": "yes"})"),
              HasSubstr("must be true or false"));
  EXPECT_THAT(Of(R"("obsolete": "o", "since": 3.13)"),
              HasSubstr("must be a version such as \"3.13\""));
  EXPECT_THAT(Of(R"("obsolete": "o", "sources": "one")"),
              HasSubstr("must be a list of strings"));
  EXPECT_THAT(Of(R"("callbacks": {"argument": 1})"),
              HasSubstr("\"callbacks\" must be a list of objects"));
}

TEST(ApiError, WhatAFacetNeeds) {
  auto Of = [](const std::string &Facet) {
    return errorOf(document(R"({"name": "f", )" + Facet + "}"));
  };
  EXPECT_THAT(Of(R"("alloc": {"role": "free", "domain": "raw"})"),
              HasSubstr("missing key \"pointer\" in \"alloc\""));
  EXPECT_THAT(Of(R"("effect": {"tier": "T2"})"),
              HasSubstr("missing key \"condition\" in \"effect\""));
  EXPECT_THAT(Of(R"("lock": {"kind": "mutex"})"),
              HasSubstr("missing key \"action\" in \"lock\""));
  EXPECT_THAT(Of(R"("ownership": {"into": 0})"),
              HasSubstr("\"into\" without \"steals\" or \"keeps\""));
  EXPECT_THAT(Of(R"("ownership": {"immutable": true})"),
              HasSubstr("\"immutable\" without \"fresh\""));
  EXPECT_THAT(Of(R"("obsolete": "o", "since": "3.14", "removed": "3.13")"),
              HasSubstr("\"removed\" is not after \"since\""));
  EXPECT_THAT(Of(R"("kind": "macro")"), HasSubstr("says nothing"));
  EXPECT_THAT(errorOf(document(R"({"obsolete": "o"})")),
              HasSubstr("functions[0]: missing key \"name\""));
  EXPECT_THAT(errorOf(document(R"({"name": "f", "obsolete": "o"},
                                  {"name": "f", "obsolete": "o"})")),
              HasSubstr("functions[1] \"f\": named twice in this file"));
}

TEST(ApiError, WholeDocument) {
  EXPECT_THAT(errorOf("{"),
              AllOf(HasSubstr("x.json: not JSON: "), HasSubstr("line 1"),
                    Not(HasSubstr("[json"))));
  EXPECT_THAT(errorOf("[]"), HasSubstr("must be an object"));
  EXPECT_THAT(errorOf(R"({"functions": []})"),
              HasSubstr("missing key \"schema\""));
  EXPECT_THAT(errorOf(R"({"schema": 2})"),
              HasSubstr("this program reads schema 1"));
  EXPECT_THAT(errorOf(R"({"schema": 1, "functons": []})"),
              HasSubstr("did you mean \"functions\"?"));
}

TEST(ApiError, ManyProblemsAreCounted) {
  std::string Functions;
  for (int I = 0; I != 30; ++I)
    Functions += (I ? "," : "") + std::string("{\"name\": \"f") +
                 std::to_string(I) + "\"}";
  EXPECT_THAT(errorOf(document(Functions)), HasSubstr("x.json: and 10 more"));
}

TEST(ApiError, VersionForms) {
  EXPECT_EQ(parsePyVersion("3.13"), 0x030D);
  EXPECT_EQ(parsePyVersion("3.9"), 0x0309);
  for (const char *Bad :
       {"", "3", "3.", ".13", "3.13.0", "3.x", "3.999", "-3.1"})
    EXPECT_EQ(parsePyVersion(Bad), 0) << Bad;
}

//===-- The data ----------------------------------------------------------===//

TEST(ApiData, EveryFacetIsThere) {
  const BorrowFact &Item = *builtin("PyList_GetItem").Borrow;
  EXPECT_EQ(Item.Danger, Hazard::SharedMutable);
  EXPECT_EQ(Item.Owner, 0);
  EXPECT_EQ(Item.Strong->Name, "PyList_GetItemRef");
  // Accesses Extract sees without a call.
  EXPECT_EQ(builtin("PyListObject::ob_item[]").Name, "PyList_GET_ITEM");
  EXPECT_TRUE(builtin("PyListObject::ob_item").Borrow->Interior);
  EXPECT_EQ(builtin("_typeobject::tp_alloc").Ownership->Fresh, "object");
  EXPECT_EQ(Api::builtin().find("tp_alloc"), nullptr);
  EXPECT_EQ(builtin("PyWeakref_GetObject").Borrow->Danger, Hazard::Always);
  EXPECT_EQ(builtin("PyWeakref_GetObject").Removed, 0x030F);
  EXPECT_EQ(builtin("PyImport_AddModule").Borrow->Owner, -1);
  EXPECT_THAT(builtin("PyDict_Next").Borrow->Outs, ElementsAre(2, 3));
  EXPECT_TRUE(builtin("PyDict_Next").Borrow->Iteration);
  EXPECT_EQ(builtin("PyObject_Del").Alloc->Domain, AllocDomain::Object);
  EXPECT_TRUE(builtin("_PyObject_GC_New").Alloc->MakesObject);
  EXPECT_THAT(builtin("PyCriticalSection2_Begin").Lock->Objects,
              ElementsAre(1, 2));
  EXPECT_EQ(builtin("PyMutex_Lock").Effect->Class, Tier::Detach);
  EXPECT_TRUE(builtin("PyEval_SaveThread").Effect->Detaches);
  EXPECT_TRUE(builtin("PyGILState_Ensure").Effect->Attaches);
  EXPECT_EQ(builtin("Py_DECREF").Effect->Class, Tier::Arbitrary);
  EXPECT_EQ(builtin("pthread_create").Callbacks[0].Phase,
            CallbackPhase::Native);
  EXPECT_EQ(builtin("strtok").Libc->Replacement, "strtok_r");
  EXPECT_TRUE(builtin("_Py_atomic_add_int").Memory->Atomic);
  EXPECT_NE(builtin("PyEval_InitThreads").Obsolete, "");
}

TEST(ApiData, Ownership) {
  auto Of = [](std::string_view Name) { return *builtin(Name).Ownership; };
  EXPECT_EQ(Of("PyList_New").Fresh, "list");
  EXPECT_EQ(Of("PySequence_Fast").Fresh, "");
  EXPECT_EQ(Of("PySequence_Fast").Returns, 0);
  EXPECT_THAT(Of("PyList_SET_ITEM").Steals, ElementsAre(2));
  EXPECT_EQ(Of("PyList_SET_ITEM").Into, 0);
  EXPECT_THAT(Of("PyDict_SetItem").Keeps, ElementsAre(1, 2));
  EXPECT_THAT(Of("PyDict_GetItemRef").Outs, ElementsAre(2));
  EXPECT_EQ(Of("_Py_NewRef").Returns, 0);
  EXPECT_THAT(Of("Py_XDECREF").Releases, ElementsAre(0));
  EXPECT_TRUE(Of("PyTuple_Pack").IntoResult);
}

/// What one part of the data says must not contradict another.
TEST(ApiData, PartsAgree) {
  const Api &A = Api::builtin();
  for (const ApiFunction &F : A.all()) {
    SCOPED_TRACE(F.Name);
    EXPECT_FALSE(F.Sources.empty());
    if (F.Borrow && F.Ownership) {
      // A borrowed result is no new reference.
      EXPECT_FALSE(F.Ownership->NewReference);
      EXPECT_EQ(F.Ownership->Fresh, "");
    }
    if (F.Borrow && F.Borrow->Strong && F.Borrow->Strong->Since) {
      const ApiFunction *Strong = A.find(F.Borrow->Strong->Name);
      if (Strong && Strong->Since)
        EXPECT_EQ(Strong->Since, F.Borrow->Strong->Since);
    }
    if (F.Alloc && F.Alloc->Role == AllocRole::Alloc &&
        !F.Alloc->Release.empty()) {
      const ApiFunction *Release = A.find(F.Alloc->Release);
      ASSERT_TRUE(Release && Release->Alloc) << F.Alloc->Release;
      EXPECT_EQ(Release->Alloc->Role, AllocRole::Free);
      EXPECT_EQ(Release->Alloc->Domain, F.Alloc->Domain);
    }
    // What blocks inside a lock is not free of effects.
    if (F.Lock && F.Lock->Blocks && F.Effect &&
        F.Lock->Action == LockAction::Acquire)
      EXPECT_NE(F.Effect->Class, Tier::T0);
    for (const CallbackFact &C : F.Callbacks)
      EXPECT_FALSE(C.Name.empty());
  }
}

/// The examples of docs/api-data.md are accepted as they stand.
TEST(ApiData, ExamplesOfTheManual) {
  auto Manual =
      llvm::MemoryBuffer::getFile(UNGIL_SOURCE_DIR "/docs/api-data.md");
  ASSERT_TRUE(bool(Manual));
  llvm::StringRef Rest = (*Manual)->getBuffer();
  int Examples = 0;
  while (Rest.contains("```json\n")) {
    auto [Example, After] = Rest.split("```json\n").second.split("```");
    std::string Text = Example.contains("\"schema\"") ? Example.str()
                                                      : document(Example.str());
    Api A;
    llvm::Error E = A.extend(Text, "docs/api-data.md");
    EXPECT_FALSE(bool(E)) << llvm::toString(std::move(E)) << Text;
    EXPECT_FALSE(A.all().empty());
    Rest = After;
    ++Examples;
  }
  EXPECT_GE(Examples, 4);
}

/// Every acquire has a release of the same kind in the data.
TEST(ApiData, LocksPair) {
  std::map<LockKind, std::pair<int, int>> Count;
  for (const ApiFunction &F : Api::builtin().all())
    if (F.Lock && F.Lock->Action == LockAction::Acquire) {
      EXPECT_TRUE(!F.Lock->Objects.empty() || F.Lock->Handle >= 0) << F.Name;
      ++Count[F.Lock->Kind].first;
    } else if (F.Lock && F.Lock->Action == LockAction::Release)
      ++Count[F.Lock->Kind].second;
  for (auto [Kind, Numbers] : Count)
    if (Kind != LockKind::CriticalSectionMutex) // ends with the plain END
      EXPECT_TRUE(Numbers.second) << int(Kind);
}

} // namespace
