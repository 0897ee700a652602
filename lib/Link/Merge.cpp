//===- Merge.cpp - facts of all units as one ------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Link/Merge.h"
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

namespace ungil {
namespace {

/// What is said of a function's body, and so of the copy that is kept.
constexpr uint32_t OfBody = EF_HasError | EF_Partial;

/// How much the front end lost of it.
unsigned lost(uint32_t Flags) {
  return Flags & EF_HasError ? 2 : Flags & EF_Partial ? 1 : 0;
}

/// Translates the indices of one unit into those of the whole.
class Merger {
public:
  void findDefinitions(const TuFacts &Unit);
  void add(TuFacts &Unit);
  Merged take();

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
    void function(Function &F) const {
      range(F.Body);
      for (Local &L : F.Locals) {
        L.Record = at(Entities, L.Record);
        range(L.Loc);
      }
      for (Event &E : F.Events) {
        E.Callee = at(Entities, E.Callee);
        E.Where = at(Paths, E.Where);
        E.Macro = at(Strings, E.Macro);
        operand(E.Value);
        for (Operand &A : E.Args)
          operand(A);
        range(E.Range);
      }
    }
  };

  static std::string fileOfNamedAbroad(const TuFacts &Unit, const Function &F);
  void splitDefinitions(TuFacts &Unit);
  void addEntities(TuFacts &Unit);
  void addPaths(TuFacts &Unit);
  void addFunctions(TuFacts &Unit, const Renumber &R);
  void addTables(TuFacts &Unit, const Renumber &R);

  TuFacts Whole;
  /// Files that hold a body of an external name, by USR.
  std::unordered_map<std::string, std::set<std::string>> DefinedIn;
  /// USRs of the bodies of a name that several files define.
  std::map<std::string, std::set<std::string>> SameName;
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

/// The file that holds the body of \p F, a function other units can name;
/// empty for others.
std::string Merger::fileOfNamedAbroad(const TuFacts &Unit, const Function &F) {
  const Entity &E = Unit.Entities[F.Id];
  bool Named = E.Kind == EntityKind::Function && E.has(EF_Extern);
  return Named && F.Body.File < Unit.Files.size() ? Unit.Files[F.Body.File].Path
                                                  : std::string();
}

void Merger::findDefinitions(const TuFacts &Unit) {
  for (const Function &F : Unit.Functions)
    if (std::string File = fileOfNamedAbroad(Unit, F); !File.empty())
      DefinedIn[Unit.Entities[F.Id].Usr].insert(std::move(File));
}

/// A name that several files define (one per platform, or one per module) has
/// as many functions. What the unit itself defines is what it calls.
void Merger::splitDefinitions(TuFacts &Unit) {
  for (const Function &F : Unit.Functions) {
    Entity &E = Unit.Entities[F.Id];
    std::string File = fileOfNamedAbroad(Unit, F);
    auto Files = DefinedIn.find(E.Usr);
    if (File.empty() || Files == DefinedIn.end() || Files->second.size() < 2)
      continue;
    std::set<std::string> &Bodies = SameName[E.Usr];
    E.Usr += '@' + File;
    Bodies.insert(E.Usr);
  }
}

void Merger::addEntities(TuFacts &Unit) {
  splitDefinitions(Unit);
  Entities.assign(Unit.Entities.size(), None);
  for (uint32_t I = 0; I != Unit.Entities.size(); ++I) {
    Entity &E = Unit.Entities[I];
    auto [It, New] = EntitiesByUsr.try_emplace(E.Usr, Whole.Entities.size());
    Entities[I] = It->second;
    E.Loc.File = Renumber::at(Files, E.Loc.File);
    E.Declaration.File = Renumber::at(Files, E.Declaration.File);
    if (New) {
      Whole.Entities.push_back(E);
      Whole.Entities.back().Flags &= ~OfBody; // set with the body kept
      continue;
    }
    Entity &Old = Whole.Entities[It->second];
    uint32_t Before = Old.Flags, Flags = Before | E.Flags;
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
    Old.Flags = (Flags & ~Weak & ~OfBody) | (Before & E.Flags & Weak) |
                (Before & OfBody);
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
    uint32_t Lacks = Unit.Entities[F.Id].Flags & OfBody;
    F.Id = Renumber::at(Entities, F.Id);
    uint32_t &Flags = Whole.Entities[F.Id].Flags;
    auto [It, New] = FunctionOf.try_emplace(F.Id, Whole.Functions.size());
    // A header's function is the same in every unit; the copy without errors,
    // or that more of its calls could be resolved in, is the better one.
    if (!New) {
      unsigned Now = lost(Lacks), Before = lost(Flags);
      if (Now != Before
              ? Now > Before
              : Whole.Functions[It->second].Events.size() >= F.Events.size())
        continue;
    }
    Flags = (Flags & ~OfBody) | Lacks;
    R.function(F);
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
    E.Field = R.at(Entities, E.Field);
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
  for (LockPromise &L : Unit.Promises) {
    L.Of = R.at(Entities, L.Of);
    L.Lock = R.at(Paths, L.Lock);
    R.range(L.Loc);
    if (First(7, L.Loc, L.Of, L.Lock))
      Whole.Promises.push_back(std::move(L));
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

/// The functions behind each shared name, the one that tells most first.
Merged Merger::take() {
  Merged Out;
  for (const auto &[Usr, Bodies] : SameName) {
    auto Name = EntitiesByUsr.find(Usr);
    if (Name == EntitiesByUsr.end())
      continue; // nobody speaks of it from outside
    std::vector<uint32_t> &Functions = Out.SameName[Name->second];
    for (const std::string &Body : Bodies)
      Functions.push_back(FunctionOf.at(EntitiesByUsr.at(Body)));
    auto Worth = [&](uint32_t F) {
      const Function &Body = Whole.Functions[F];
      return std::pair(2 - lost(Whole.Entities[Body.Id].Flags),
                       Body.Events.size());
    };
    std::stable_sort(
        Functions.begin(), Functions.end(),
        [&](uint32_t A, uint32_t B) { return Worth(A) > Worth(B); });
  }
  // Bodies of header functions are counted once, so recount.
  for (const Function &F : Whole.Functions) {
    if (Whole.Entities[F.Id].has(EF_Implicit))
      continue;
    ++Whole.FunctionsSeen;
    Whole.FunctionsAnalysed += !(Whole.Entities[F.Id].Flags & OfBody);
  }
  std::stable_sort(
      Whole.Promises.begin(), Whole.Promises.end(),
      [](const LockPromise &A, const LockPromise &B) { return A.Of < B.Of; });
  Out.Facts = std::move(Whole);
  return Out;
}

} // namespace

Merged merge(std::vector<TuFacts> Units) {
  std::stable_sort(Units.begin(), Units.end(),
                   [](const TuFacts &A, const TuFacts &B) {
                     return A.MainFile < B.MainFile;
                   });
  Merger M;
  for (const TuFacts &Unit : Units)
    M.findDefinitions(Unit);
  for (TuFacts &Unit : Units)
    M.add(Unit);
  return M.take();
}

} // namespace ungil
