//===- Merge.cpp - facts of all units as one ------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Link/Merge.h"
#include "Support/IdTable.h"
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <span>
#include <string>
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
  void splitDefinitions(std::span<TuFacts> Units);
  void reserve(std::span<const TuFacts> Units);
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

  void addFiles(TuFacts &Unit);
  void addStrings(TuFacts &Unit);
  void addEntities(TuFacts &Unit);
  void addPaths(TuFacts &Unit);
  void addFunctions(TuFacts &Unit, const Renumber &R);
  void addTables(TuFacts &Unit, const Renumber &R);

  TuFacts Whole;
  PathTable PathNumbers;
  /// USRs of the bodies of a name that several files define.
  std::map<std::string, std::set<std::string>> SameName;
  IdTable FileNumbers, StringNumbers, EntityNumbers;
  std::vector<uint32_t> FunctionOf; ///< by entity; None: has no body
  IdTable SeenNumbers;
  std::vector<std::array<uint32_t, 5>> SeenTables;

  /// Of the unit being added, by its own numbers.
  std::vector<FileId> Files;
  std::vector<uint32_t> Strings;
  std::vector<EntityId> Entities;
  std::vector<PathId> Paths;
};

/// The file that holds the body of \p F, a function other units can name;
/// null for others.
const std::string *fileOfNamedAbroad(const TuFacts &Unit, const Function &F) {
  const Entity &E = Unit.Entities[F.Id];
  bool Named = E.Kind == EntityKind::Function && E.has(EF_Extern) &&
               F.Body.File < Unit.Files.size() &&
               !Unit.Files[F.Body.File].Path.empty();
  return Named ? &Unit.Files[F.Body.File].Path : nullptr;
}

/// A name that several files define (one per platform, or one per module) has
/// as many functions. What the unit itself defines is what it calls.
void Merger::splitDefinitions(std::span<TuFacts> Units) {
  struct Definition {
    Entity *Of;
    const std::string *File;
    uint32_t Name;
  };
  std::vector<Definition> All;
  struct Name {
    const Entity *Of;
    const std::string *File; ///< of the first definition
    bool Several = false;
  };
  std::vector<Name> Names;
  IdTable Numbers;
  for (TuFacts &Unit : Units)
    for (const Function &F : Unit.Functions) {
      const std::string *File = fileOfNamedAbroad(Unit, F);
      if (!File)
        continue;
      Entity &E = Unit.Entities[F.Id];
      auto [Number, New] =
          Numbers.insert(hashOf(E.Usr), Names.size(),
                         [&](uint32_t N) { return Names[N].Of->Usr == E.Usr; });
      if (New)
        Names.push_back({&E, File});
      Names[Number].Several |= *Names[Number].File != *File;
      All.push_back({&E, File, Number});
    }
  for (const Definition &D : All) {
    if (!Names[D.Name].Several)
      continue;
    std::set<std::string> &Bodies = SameName[D.Of->Usr];
    D.Of->Usr += '@' + *D.File;
    Bodies.insert(D.Of->Usr);
  }
}

/// Room for everything: most of it is in one unit only.
void Merger::reserve(std::span<const TuFacts> Units) {
  size_t EntityCount = 0, FunctionCount = 0;
  for (const TuFacts &Unit : Units) {
    EntityCount += Unit.Entities.size();
    FunctionCount += Unit.Functions.size();
  }
  Whole.Entities.reserve(EntityCount);
  Whole.Functions.reserve(FunctionCount);
}

void Merger::addFiles(TuFacts &Unit) {
  Files.clear();
  for (FileFact &F : Unit.Files) {
    auto [Id, New] =
        FileNumbers.insert(hashOf(F.Path), Whole.Files.size(), [&](uint32_t I) {
          return Whole.Files[I].Path == F.Path;
        });
    if (New)
      Whole.Files.push_back(F);
    Whole.Files[Id].User |= F.User;
    Files.push_back(Id);
  }
}

void Merger::addStrings(TuFacts &Unit) {
  Strings.clear();
  for (std::string &S : Unit.Strings) {
    auto [Id, New] =
        StringNumbers.insert(hashOf(S), Whole.Strings.size(),
                             [&](uint32_t I) { return Whole.Strings[I] == S; });
    if (New)
      Whole.Strings.push_back(std::move(S));
    Strings.push_back(Id);
  }
}

void Merger::addEntities(TuFacts &Unit) {
  Entities.assign(Unit.Entities.size(), None);
  for (uint32_t I = 0; I != Unit.Entities.size(); ++I) {
    Entity &E = Unit.Entities[I];
    auto [Id, New] = EntityNumbers.insert(
        hashOf(E.Usr), Whole.Entities.size(),
        [&](uint32_t N) { return Whole.Entities[N].Usr == E.Usr; });
    Entities[I] = Id;
    E.Loc.File = Renumber::at(Files, E.Loc.File);
    E.Declaration.File = Renumber::at(Files, E.Declaration.File);
    if (New) {
      Whole.Entities.push_back(std::move(E));
      Whole.Entities.back().Flags &= ~OfBody; // set with the body kept
      continue;
    }
    Entity &Old = Whole.Entities[Id];
    uint32_t Before = Old.Flags, Now = E.Flags;
    uint32_t Mutates = Old.Mutates & E.Mutates; // a prototype knows more
    if (E.has(EF_Defined) && !Old.has(EF_Defined)) {
      EntityId Parent = Old.Parent;
      Old = std::move(E);
      // The parent is renumbered below, from whichever unit names one.
      if (Parent != None)
        Old.Parent = None;
    }
    // What one unit knows to be the extension's own is not a system header's.
    uint32_t Weak = EF_SystemHeader | EF_ConstInit;
    Old.Mutates = Mutates;
    Old.Flags = ((Before | Now) & ~Weak & ~OfBody) | (Before & Now & Weak) |
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
    for (Step &S : P.Steps)
      S.Field = Renumber::at(Entities, S.Field);
    Paths.push_back(PathNumbers.intern(Whole.Paths, std::move(P)));
  }
}

void Merger::addFunctions(TuFacts &Unit, const Renumber &R) {
  FunctionOf.resize(Whole.Entities.size(), None);
  for (Function &F : Unit.Functions) {
    uint32_t Lacks = Unit.Entities[F.Id].Flags & OfBody;
    F.Id = Renumber::at(Entities, F.Id);
    uint32_t &Flags = Whole.Entities[F.Id].Flags;
    uint32_t &Kept = FunctionOf[F.Id];
    // A header's function is the same in every unit; the copy without errors,
    // or that more of its calls could be resolved in, is the better one.
    if (Kept != None) {
      unsigned Now = lost(Lacks), Before = lost(Flags);
      if (Now != Before
              ? Now > Before
              : Whole.Functions[Kept].Events.size() >= F.Events.size())
        continue;
    }
    Flags = (Flags & ~OfBody) | Lacks;
    R.function(F);
    if (Kept != None) {
      Whole.Functions[Kept] = std::move(F);
      continue;
    }
    Kept = Whole.Functions.size();
    Whole.Functions.push_back(std::move(F));
  }
}

void Merger::addTables(TuFacts &Unit, const Renumber &R) {
  // Tables in headers are seen once per unit and kept once.
  auto First = [&](uint32_t What, const SourceRange &Loc, uint32_t A,
                   uint32_t B) {
    std::array<uint32_t, 5> Key{What, Loc.File, Loc.Offset, A, B};
    bool New = SeenNumbers
                   .insert(hashOf(Key), SeenTables.size(),
                           [&](uint32_t I) { return SeenTables[I] == Key; })
                   .second;
    if (New)
      SeenTables.push_back(Key);
    return New;
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
  addFiles(Unit);
  addStrings(Unit);
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
  auto Known = [&](const std::string &Usr) {
    return EntityNumbers.lookUp(
        hashOf(Usr), [&](uint32_t I) { return Whole.Entities[I].Usr == Usr; });
  };
  for (const auto &[Usr, Bodies] : SameName) {
    EntityId Name = Known(Usr);
    if (Name == None)
      continue; // nobody speaks of it from outside
    std::vector<uint32_t> &Functions = Out.SameName[Name];
    for (const std::string &Body : Bodies)
      Functions.push_back(FunctionOf[Known(Body)]);
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
  Out.Paths = std::move(PathNumbers);
  return Out;
}

} // namespace

Merged merge(std::vector<TuFacts> Units) {
  std::stable_sort(Units.begin(), Units.end(),
                   [](const TuFacts &A, const TuFacts &B) {
                     return A.MainFile < B.MainFile;
                   });
  Merger M;
  M.splitDefinitions(Units);
  M.reserve(Units);
  for (TuFacts &Unit : Units) {
    M.add(Unit);
    Unit = {}; // what the whole does not need makes room for what follows
  }
  return M.take();
}

} // namespace ungil
