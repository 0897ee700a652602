//===- Merge.cpp - facts of all units as one ------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Link/Merge.h"
#include <map>
#include <set>
#include <string>
#include <unordered_map>

namespace ungil {
namespace {

/// Translates the indices of one unit into those of the whole.
class Merger {
public:
  void add(TuFacts &Unit);
  TuFacts Whole;

private:
  struct Renumber {
    const std::vector<FileId> &Files;
    const std::vector<uint32_t> &Strings;
    const std::vector<EntityId> &Entities;
    const std::vector<PathId> &Paths;
    uint32_t ChoiceBase;

    static uint32_t at(const std::vector<uint32_t> &Map, uint32_t I) {
      return I < Map.size() ? Map[I] : None;
    }
    void range(SourceRange &R) const { R.File = at(Files, R.File); }
    void operand(Operand &O) const {
      switch (O.Kind) {
      case OperandKind::String:
        O.Index = at(Strings, O.Index);
        break;
      case OperandKind::Function:
        O.Index = at(Entities, O.Index);
        break;
      case OperandKind::Load:
      case OperandKind::Address:
        O.Index = at(Paths, O.Index);
        break;
      case OperandKind::Choice:
      case OperandKind::Computed:
        O.Index += ChoiceBase;
        break;
      default:
        break;
      }
    }
  };

  void addEntities(TuFacts &Unit);
  void addPaths(TuFacts &Unit);
  void addFunctions(TuFacts &Unit, const Renumber &R);
  void addTables(TuFacts &Unit, const Renumber &R);

  std::unordered_map<std::string, FileId> FilesByPath;
  std::unordered_map<std::string, uint32_t> StringsByText;
  std::unordered_map<std::string, EntityId> EntitiesByUsr;
  std::map<std::vector<uint32_t>, PathId> PathsByKey;
  std::unordered_map<EntityId, uint32_t> FunctionOf;
  std::set<std::vector<uint32_t>> SeenTables;

  std::vector<FileId> Files;
  std::vector<uint32_t> Strings;
  std::vector<EntityId> Entities;
  std::vector<PathId> Paths;
};

void Merger::addEntities(TuFacts &Unit) {
  Entities.assign(Unit.Entities.size(), None);
  for (uint32_t I = 0; I != Unit.Entities.size(); ++I) {
    Entity &E = Unit.Entities[I];
    auto [It, New] = EntitiesByUsr.try_emplace(E.Usr, Whole.Entities.size());
    Entities[I] = It->second;
    E.Loc.File = Renumber::at(Files, E.Loc.File);
    E.Declaration.File = Renumber::at(Files, E.Declaration.File);
    if (New) {
      Whole.Entities.push_back(E);
      continue;
    }
    Entity &Old = Whole.Entities[It->second];
    uint32_t Flags = Old.Flags | E.Flags;
    uint32_t Mutates = Old.Mutates & E.Mutates; // a prototype knows more
    if (E.has(EF_Defined) && !Old.has(EF_Defined)) {
      EntityId Parent = Old.Parent;
      Old = E;
      // The parent is renumbered below, from whichever unit names one.
      if (Parent != None)
        Old.Parent = None;
    }
    // What one unit knows to be the extension's own is not a system header's.
    uint32_t Weak = EF_SystemHeader | EF_ConstInit;
    Old.Mutates = Mutates;
    Old.Flags = (Flags & ~Weak) | (Old.Flags & E.Flags & Weak);
  }
  for (uint32_t I = 0; I != Unit.Entities.size(); ++I)
    if (Unit.Entities[I].Parent != None)
      Whole.Entities[Entities[I]].Parent = Entities[Unit.Entities[I].Parent];
}

void Merger::addPaths(TuFacts &Unit) {
  Paths.clear();
  for (Path &P : Unit.Paths) {
    if (P.Root == RootKind::Place)
      P.Index = Renumber::at(Entities, P.Index);
    std::vector<uint32_t> Key{static_cast<uint32_t>(P.Root), P.Index};
    for (Step &S : P.Steps) {
      S.Field = Renumber::at(Entities, S.Field);
      Key.push_back(static_cast<uint32_t>(S.Kind));
      Key.push_back(S.Field);
    }
    auto [It, New] = PathsByKey.try_emplace(std::move(Key), Whole.Paths.size());
    if (New)
      Whole.Paths.push_back(P);
    Paths.push_back(It->second);
  }
}

void Merger::addFunctions(TuFacts &Unit, const Renumber &R) {
  for (Function &F : Unit.Functions) {
    F.Id = Renumber::at(Entities, F.Id);
    auto [It, New] = FunctionOf.try_emplace(F.Id, Whole.Functions.size());
    // A header's function is the same in every unit; the copy that more of
    // its calls could be resolved in is the better one.
    if (!New && Whole.Functions[It->second].Events.size() >= F.Events.size())
      continue;
    R.range(F.Body);
    for (Local &L : F.Locals) {
      L.Record = Renumber::at(Entities, L.Record);
      R.range(L.Loc);
    }
    for (Event &E : F.Events) {
      E.Callee = Renumber::at(Entities, E.Callee);
      E.Where = Renumber::at(Paths, E.Where);
      E.Macro = Renumber::at(Strings, E.Macro);
      R.operand(E.Value);
      for (Operand &A : E.Args)
        R.operand(A);
      R.range(E.Range);
    }
    if (New)
      Whole.Functions.push_back(std::move(F));
    else
      Whole.Functions[It->second] = std::move(F);
  }
}

void Merger::addTables(TuFacts &Unit, const Renumber &R) {
  // Tables in headers are seen once per unit and kept once.
  auto First = [&](uint32_t What, const SourceRange &Loc, uint32_t A,
                   uint32_t B) {
    return SeenTables.insert({What, Loc.File, Loc.Offset, A, B}).second;
  };
  for (EntryPoint &E : Unit.EntryPoints) {
    E.Function = R.at(Entities, E.Function);
    E.Table = R.at(Entities, E.Table);
    E.Within = R.at(Entities, E.Within);
    R.range(E.Loc);
    if (First(0, E.Loc, E.Function, static_cast<uint32_t>(E.Kind)))
      Whole.EntryPoints.push_back(std::move(E));
  }
  for (SlotTable &T : Unit.SlotTables) {
    T.Place = R.at(Entities, T.Place);
    for (SlotEntry &E : T.Entries) {
      E.Function = R.at(Entities, E.Function);
      R.range(E.Loc);
    }
    if (First(1, {}, T.Place, 0))
      Whole.SlotTables.push_back(std::move(T));
  }
  for (ModuleDecl &M : Unit.Modules) {
    M.Def = R.at(Entities, M.Def);
    M.Slots = R.at(Entities, M.Slots);
    R.range(M.Loc);
    if (First(2, M.Loc, M.Def, 0))
      Whole.Modules.push_back(std::move(M));
  }
  for (MemberEntry &M : Unit.Members) {
    M.Field = R.at(Entities, M.Field);
    R.range(M.Loc);
    if (First(3, M.Loc, M.Field, 0))
      Whole.Members.push_back(std::move(M));
  }
  for (CommentFact &C : Unit.Comments) {
    R.range(C.Loc);
    if (First(4, C.Loc, static_cast<uint32_t>(C.Kind), 0))
      Whole.Comments.push_back(std::move(C));
  }
  for (MacroFact &M : Unit.Macros) {
    R.range(M.Loc);
    if (First(5, M.Loc, 0, 0))
      Whole.Macros.push_back(std::move(M));
  }
  for (DiagnosticFact &D : Unit.Errors) {
    R.range(D.Loc);
    if (First(6, D.Loc, 0, 0))
      Whole.Errors.push_back(std::move(D));
  }
}

void Merger::add(TuFacts &Unit) {
  Files.clear();
  for (FileFact &F : Unit.Files) {
    auto [It, New] = FilesByPath.try_emplace(F.Path, Whole.Files.size());
    if (New)
      Whole.Files.push_back(F);
    Whole.Files[It->second].User |= F.User;
    Files.push_back(It->second);
  }
  Strings.clear();
  for (std::string &S : Unit.Strings) {
    auto [It, New] = StringsByText.try_emplace(S, Whole.Strings.size());
    if (New)
      Whole.Strings.push_back(S);
    Strings.push_back(It->second);
  }
  addEntities(Unit);
  addPaths(Unit);
  Renumber R{Files, Strings, Entities, Paths,
             static_cast<uint32_t>(Whole.Choices.size())};
  for (auto &Choice : Unit.Choices) {
    for (Operand &O : Choice)
      R.operand(O);
    Whole.Choices.push_back(std::move(Choice));
  }
  addFunctions(Unit, R);
  addTables(Unit, R);
  Whole.Cxx |= Unit.Cxx;
  Whole.ReachesPython |= Unit.ReachesPython;
  Whole.GilDisabled |= Unit.GilDisabled;
  if (Whole.PythonVersion.empty())
    Whole.PythonVersion = Unit.PythonVersion;
}

} // namespace

TuFacts merge(std::vector<TuFacts> Units) {
  Merger M;
  for (TuFacts &Unit : Units)
    M.add(Unit);
  // Bodies of header functions are counted once, so recount.
  for (const Function &F : M.Whole.Functions) {
    ++M.Whole.FunctionsSeen;
    M.Whole.FunctionsAnalysed +=
        !(M.Whole.Entities[F.Id].Flags & (EF_HasError | EF_Partial));
  }
  return std::move(M.Whole);
}

} // namespace ungil
