//===- SerializeTest.cpp - facts to bytes and back ------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Facts/Serialize.h"
#include "FactsTesting.h"
#include "Link/Link.h"
#include "gtest/gtest.h"
#include <functional>

using namespace ungil;
using namespace ungil::testing;

namespace {

/// Small, but with something in every table.
const TuFacts &sample() {
  static const TuFacts Facts = [] {
    Snippet S(
        "#define LOCK(m) lock(m)\n"
        "typedef struct { int x; } pair;\n"
        "extern void *make(const char *); int lock(int *);\n"
        "static void *cache; static int n[3]; pair p; // NOLINT(ungil-x)\n"
        "void *get(pair *q, int i) {\n"
        "  if (cache == 0) { LOCK(n); cache = make(\"text\"); }\n"
        "  q->x = n[i]++;\n"
        "  return i ? cache : 0;\n"
        "}\n"
        "static void *table[] = {(void *)get};\n");
    TuFacts F = S.Facts;
    // What the snippet does not reach.
    F.SlotTables.push_back({0, {{"Py_mod_gil", None, 1, {}}}});
    F.Modules.push_back({ModuleKind::Def, "m", 0, None, false, {}});
    F.Members.push_back({0, "x", true, false, {}});
    F.Macros.push_back({"LOCK", "lock(m)", false, false, {}});
    F.Errors.push_back({{}, "an error"});
    return F;
  }();
  return Facts;
}

TEST(Serialize, RoundTripGivesTheSameBytes) {
  const TuFacts &Facts = sample();
  ASSERT_FALSE(Facts.Functions.empty());
  ASSERT_FALSE(Facts.EntryPoints.empty());
  ASSERT_FALSE(Facts.Choices.empty());
  ASSERT_FALSE(Facts.Comments.empty());
  std::string Bytes = serialize(Facts);
  TuFacts Back;
  ASSERT_TRUE(deserialize(Bytes, Back));
  EXPECT_EQ(serialize(Back), Bytes);
  EXPECT_EQ(Back.MainFile, Facts.MainFile);
  EXPECT_EQ(Back.Functions.size(), Facts.Functions.size());
  EXPECT_EQ(Back.Functions[0].Events.size(), Facts.Functions[0].Events.size());
  EXPECT_EQ(Back.Paths, Facts.Paths);
  EXPECT_EQ(Back.Strings, Facts.Strings);
}

TEST(Serialize, RealHeadersRoundTripToo) {
  Snippet S("#include <Python.h>\n"
            "PyObject *f(PyObject *l) { return PyList_GET_ITEM(l, 0); }\n");
  std::string Bytes = serialize(S.Facts);
  TuFacts Back;
  ASSERT_TRUE(deserialize(Bytes, Back));
  EXPECT_EQ(serialize(Back), Bytes);
}

TEST(Serialize, EmptyFacts) {
  TuFacts Back;
  EXPECT_TRUE(deserialize(serialize(TuFacts()), Back));
  EXPECT_FALSE(deserialize("", Back));
  EXPECT_FALSE(deserialize("ungil-facts", Back));
}

TEST(Serialize, ReadingClearsWhatWasThere) {
  TuFacts Back = sample();
  ASSERT_TRUE(deserialize(serialize(TuFacts()), Back));
  EXPECT_TRUE(Back.Functions.empty());
  EXPECT_TRUE(Back.Entities.empty());
}

TEST(Serialize, EveryTruncationIsRefused) {
  std::string Bytes = serialize(sample());
  for (size_t N = 0; N != Bytes.size(); ++N) {
    TuFacts Back;
    EXPECT_FALSE(deserialize(std::string_view(Bytes).substr(0, N), Back)) << N;
  }
}

TEST(Serialize, BytesTooManyAreRefused) {
  TuFacts Back;
  EXPECT_FALSE(deserialize(serialize(sample()) + '\0', Back));
}

TEST(Serialize, AnotherVersionIsRefused) {
  std::string Bytes = serialize(sample());
  ++Bytes[std::string_view("ungil-facts").size()];
  TuFacts Back;
  EXPECT_FALSE(deserialize(Bytes, Back));
}

/// A damaged cache must be refused or be facts that every pass survives.
TEST(Serialize, DamagedBytesNeverCrashTheLinker) {
  std::string Bytes = serialize(sample());
  unsigned Accepted = 0;
  for (size_t N = 0; N != Bytes.size(); ++N)
    for (unsigned char New : {0x00, 0x01, 0x7f, 0xff}) {
      std::string Damaged = Bytes;
      Damaged[N] = static_cast<char>(New);
      TuFacts Back;
      if (!deserialize(Damaged, Back))
        continue;
      ++Accepted;
      std::vector<TuFacts> Units;
      Units.push_back(std::move(Back));
      Program P = link(std::move(Units), Api::builtin());
      for (FunctionId F = 0; F != P.Functions.size(); ++F)
        P.entryName(F);
    }
  EXPECT_GT(Accepted, 0u); // a changed letter of a name is nobody's fault
}

/// One way to point outside a table, per table that has indices.
TEST(Serialize, IndicesOutsideTheirTablesAreRefused) {
  using Change = std::function<void(TuFacts &)>;
  auto Fn = [](TuFacts &F) -> Function & {
    for (Function &Candidate : F.Functions)
      if (!Candidate.Events.empty())
        return Candidate;
    return F.Functions.front();
  };
  constexpr uint32_t Far = 1u << 20;
  const std::pair<const char *, Change> Changes[] = {
      {"entity parent", [](TuFacts &F) { F.Entities[0].Parent = Far; }},
      {"entity kind",
       [](TuFacts &F) { F.Entities[0].Kind = static_cast<EntityKind>(99); }},
      {"entity class",
       [](TuFacts &F) { F.Entities[0].Class = static_cast<TypeClass>(99); }},
      {"file of a range", [](TuFacts &F) { F.Entities[0].Loc.File = Far; }},
      {"field of a step",
       [](TuFacts &F) {
         F.Paths.push_back({RootKind::Place, 0, {{StepKind::Field, Far}}});
       }},
      {"place of a path",
       [&](TuFacts &F) {
         F.Paths.push_back({RootKind::Place, Far, {}});
         Fn(F).Events[0].Where = F.Paths.size() - 1;
       }},
      {"local of a path",
       [&](TuFacts &F) {
         F.Paths.push_back({RootKind::Local, Far, {}});
         Fn(F).Events[0].Where = F.Paths.size() - 1;
       }},
      {"result of a path",
       [&](TuFacts &F) {
         F.Paths.push_back({RootKind::Result, Far, {}});
         Fn(F).Events[0].Where = F.Paths.size() - 1;
       }},
      {"kind of a root",
       [](TuFacts &F) {
         F.Paths.push_back({static_cast<RootKind>(99), 0, {}});
       }},
      {"kind of a step",
       [](TuFacts &F) {
         F.Paths.push_back(
             {RootKind::Place, 0, {{static_cast<StepKind>(99), None}}});
       }},
      {"path of an event", [&](TuFacts &F) { Fn(F).Events[0].Where = Far; }},
      {"callee", [&](TuFacts &F) { Fn(F).Events[0].Callee = Far; }},
      {"macro", [&](TuFacts &F) { Fn(F).Events[0].Macro = Far; }},
      {"event kind",
       [&](TuFacts &F) { Fn(F).Events[0].Kind = static_cast<EventKind>(99); }},
      {"test kind",
       [&](TuFacts &F) { Fn(F).Events[0].Test = static_cast<TestKind>(99); }},
      {"value",
       [&](TuFacts &F) { Fn(F).Events[0].Value = {OperandKind::Load, Far}; }},
      {"value without a path",
       [&](TuFacts &F) { Fn(F).Events[0].Value = {OperandKind::Load, None}; }},
      {"result without a call",
       [&](TuFacts &F) {
         Fn(F).Events[0].Value = {OperandKind::Result, None};
       }},
      {"result of an event that is no call before it",
       [&](TuFacts &F) { Fn(F).Events[0].Value = {OperandKind::Result, Far}; }},
      {"choice",
       [&](TuFacts &F) { Fn(F).Events[0].Value = {OperandKind::Choice, Far}; }},
      {"part of a choice",
       [](TuFacts &F) { F.Choices[0][0] = {OperandKind::Load, Far}; }},
      {"string",
       [&](TuFacts &F) { Fn(F).Events[0].Value = {OperandKind::String, Far}; }},
      {"argument",
       [&](TuFacts &F) {
         Fn(F).Events[0].Args = {{OperandKind::Function, Far}};
       }},
      {"event of a block",
       [&](TuFacts &F) { Fn(F).Blocks[Fn(F).Entry].Events = {Far}; }},
      {"no event in a block",
       [&](TuFacts &F) { Fn(F).Blocks[Fn(F).Entry].Events = {None}; }},
      {"successor",
       [&](TuFacts &F) { Fn(F).Blocks[Fn(F).Entry].Succs = {Far}; }},
      {"entry block", [&](TuFacts &F) { Fn(F).Entry = Far; }},
      {"no entry block", [&](TuFacts &F) { Fn(F).Entry = None; }},
      {"parameters", [&](TuFacts &F) { Fn(F).Params = Far; }},
      {"record of a local", [&](TuFacts &F) { Fn(F).Locals[0].Record = Far; }},
      {"function without entity", [&](TuFacts &F) { Fn(F).Id = None; }},
      {"entry point", [](TuFacts &F) { F.EntryPoints[0].Function = Far; }},
      {"entry point without function",
       [](TuFacts &F) { F.EntryPoints[0].Function = None; }},
      {"entry point kind",
       [](TuFacts &F) { F.EntryPoints[0].Kind = static_cast<EntryKind>(99); }},
      {"slot table", [](TuFacts &F) { F.SlotTables[0].Place = Far; }},
      {"slot", [](TuFacts &F) { F.SlotTables[0].Entries[0].Function = Far; }},
      {"module", [](TuFacts &F) { F.Modules[0].Slots = Far; }},
      {"member", [](TuFacts &F) { F.Members[0].Field = Far; }},
      {"comment", [](TuFacts &F) { F.Comments[0].Loc.File = Far; }},
      {"comment kind",
       [](TuFacts &F) { F.Comments[0].Kind = static_cast<CommentKind>(99); }},
      {"error", [](TuFacts &F) { F.Errors[0].Loc.File = Far; }},
  };
  for (const auto &[What, Apply] : Changes) {
    TuFacts Facts = sample();
    Apply(Facts);
    TuFacts Back;
    EXPECT_FALSE(deserialize(serialize(Facts), Back)) << What;
  }
}

} // namespace
