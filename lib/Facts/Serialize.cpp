//===- Serialize.cpp - facts as bytes -------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Facts/Serialize.h"
#include "Facts/Archive.h"

namespace ungil {
namespace {

/// Raised whenever a field is added, removed or reordered in Facts.h.
constexpr uint32_t FormatVersion = 5;
constexpr std::string_view Magic = "ungil-facts";

/// Checks that every index of \p F names an element that exists.
class Validator {
public:
  explicit Validator(const TuFacts &F) : F(F) {}

  bool run() {
    for (const Entity &E : F.Entities) {
      entity(E.Parent);
      range(E.Loc);
      range(E.Declaration);
      enumerator(E.Kind, EntityKind::Record);
      enumerator(E.Class, TypeClass::Unknown);
    }
    for (const Path &P : F.Paths) {
      enumerator(P.Root, RootKind::Unknown);
      Good &= P.Root == RootKind::Unknown || P.Index != None;
      for (const Step &S : P.Steps) {
        enumerator(S.Kind, StepKind::Index);
        Good &= S.Kind != StepKind::Field || S.Field != None;
        entity(S.Field);
      }
    }
    for (const auto &C : F.Choices)
      for (const Operand &O : C)
        operand(O, nullptr);
    for (const Function &Fn : F.Functions)
      function(Fn);
    for (const EntryPoint &E : F.EntryPoints) {
      Good &= E.Function != None;
      enumerator(E.Kind, EntryKind::Exported);
      entity(E.Function);
      entity(E.Table);
      entity(E.Within);
      range(E.Loc);
    }
    for (const SlotTable &T : F.SlotTables) {
      entity(T.Place);
      for (const SlotEntry &E : T.Entries) {
        entity(E.Function);
        range(E.Loc);
      }
    }
    for (const ModuleDecl &M : F.Modules) {
      enumerator(M.Kind, ModuleKind::BoostPython);
      entity(M.Def);
      entity(M.Slots);
      range(M.Loc);
    }
    for (const MemberEntry &M : F.Members) {
      entity(M.Field);
      range(M.Loc);
    }
    for (const LockPromise &L : F.Promises) {
      enumerator(L.Kind, PromiseKind::Unchecked);
      Good &= L.Of != None;
      entity(L.Of);
      index(L.Lock, F.Paths.size());
      if (Good && L.Lock != None && F.Paths[L.Lock].Root == RootKind::Place)
        entity(F.Paths[L.Lock].Index);
      range(L.Loc);
    }
    for (const CommentFact &C : F.Comments) {
      enumerator(C.Kind, CommentKind::Origin);
      range(C.Loc);
    }
    for (const MacroFact &M : F.Macros)
      range(M.Loc);
    for (const DiagnosticFact &D : F.Errors)
      range(D.Loc);
    return Good;
  }

private:
  void index(uint32_t I, size_t Size) { Good &= I == None || I < Size; }
  void entity(EntityId E) { index(E, F.Entities.size()); }
  void range(const SourceRange &R) { index(R.File, F.Files.size()); }
  template <class T> void enumerator(T V, T Last) { Good &= V <= Last; }

  void path(PathId P, const Function &Fn) {
    index(P, F.Paths.size());
    if (!Good || P == None)
      return;
    const ungil::Path &Where = F.Paths[P];
    if (Where.Root == RootKind::Local)
      index(Where.Index, Fn.Locals.size());
    else if (Where.Root == RootKind::Result)
      index(Where.Index, Fn.Events.size());
    else if (Where.Root == RootKind::Place)
      entity(Where.Index);
  }

  void operand(const Operand &O, const Function *Fn) {
    enumerator(O.Kind, OperandKind::Computed);
    bool Indexed =
        O.Kind == OperandKind::String || O.Kind >= OperandKind::Function;
    if (Indexed && O.Index == None) {
      Good = false;
      return;
    }
    switch (O.Kind) {
    case OperandKind::Function:
      return entity(O.Index);
    case OperandKind::String:
      return index(O.Index, F.Strings.size());
    case OperandKind::Load:
    case OperandKind::Address:
      return Fn ? path(O.Index, *Fn) : index(O.Index, F.Paths.size());
    case OperandKind::Result:
      if (Fn)
        index(O.Index, Fn->Events.size());
      return;
    case OperandKind::Choice:
    case OperandKind::Computed:
      index(O.Index, F.Choices.size());
      if (Good && Fn && O.Index != None)
        for (const Operand &Part : F.Choices[O.Index])
          if (Part.Kind < OperandKind::Choice)
            operand(Part, Fn);
      return;
    default:
      return;
    }
  }

  void function(const Function &Fn) {
    entity(Fn.Id);
    Good &= Fn.Id != None && Fn.Params <= Fn.Locals.size();
    for (const Local &L : Fn.Locals) {
      entity(L.Record);
      range(L.Loc);
    }
    for (const Event &E : Fn.Events) {
      enumerator(E.Kind, EventKind::Throw);
      enumerator(E.Test, TestKind::Other);
      entity(E.Callee);
      path(E.Where, Fn);
      operand(E.Value, &Fn);
      for (const Operand &A : E.Args)
        operand(A, &Fn);
      index(E.Macro, F.Strings.size());
      range(E.Range);
    }
    for (const Block &B : Fn.Blocks) {
      for (uint32_t E : B.Events)
        Good &= E < Fn.Events.size();
      for (uint32_t S : B.Succs)
        index(S, Fn.Blocks.size());
    }
    Good &= Fn.Blocks.empty() || Fn.Entry < Fn.Blocks.size();
    index(Fn.Exit, Fn.Blocks.size());
  }

  const TuFacts &F;
  bool Good = true;
};

} // namespace

std::string serialize(const TuFacts &Facts) {
  std::string Out(Magic);
  Out.push_back(static_cast<char>(FormatVersion));
  ArchiveWriter(Out).write(Facts);
  return Out;
}

bool deserialize(std::string_view Bytes, TuFacts &Facts) {
  if (Bytes.substr(0, Magic.size()) != Magic)
    return false;
  Bytes.remove_prefix(Magic.size());
  if (Bytes.empty() || Bytes.front() != static_cast<char>(FormatVersion))
    return false;
  Bytes.remove_prefix(1);
  return ArchiveReader(Bytes).read(Facts) && Validator(Facts).run();
}

} // namespace ungil
