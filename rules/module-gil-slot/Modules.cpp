//===- Modules.cpp - the extension modules of a program -------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Modules.h"
#include <algorithm>
#include <deque>
#include <optional>
#include <set>

namespace ungil::rules {
namespace {

constexpr std::string_view InitPrefix = "PyInit_";

/// A call that says what the module thinks of the GIL.
struct SetGil {
  SourceRange Range;
  GilClaim Claim = GilClaim::NotNeeded;
};

/// What runs when a module is imported.
struct InitCode {
  std::optional<SetGil> Set;
  Site Create; ///< call that makes or hands out the module
  EntityId Def = None;
  bool MultiPhase = false;
  bool Incomplete = false;
};

class ModuleFinder {
public:
  explicit ModuleFinder(const Program &P) : P(P) {}
  std::vector<ModuleUnit> run();

private:
  InitCode readInit(FunctionId Root) const;
  void readCall(Site S, InitCode &Code) const;
  EntityId defOf(Site Create) const;
  const ModuleDecl *declOf(EntityId Def) const;
  GilClaim slotClaim(const SlotTable &Table, SourceRange &Where) const;
  void addTools();
  void addInit(FunctionId Root, const EntryPoint &Entry);
  void addOrphans();
  void describeSlots(const ModuleDecl &Decl, ModuleUnit &Unit) const;
  bool isToolInit(FunctionId Root, const std::string &Name) const;
  std::optional<SetGil> setGilIn(FileId File) const;
  bool namedInError(FileId File) const;

  const Program &P;
  std::vector<ModuleUnit> Units;
  std::set<EntityId> Taken; ///< definitions that belong to a unit
};

//===-- Init functions ----------------------------------------------------===//

EntityId ModuleFinder::defOf(Site Create) const {
  for (const Origin &O :
       P.Functions[Create.Function].Value.arg(Create.Event, 0)) {
    if (O.Kind != OperandKind::Address && O.Kind != OperandKind::Load)
      continue;
    const Path &Where = P.path(O.Index);
    if (Where.Root == RootKind::Place)
      return Where.Index;
  }
  return None;
}

static GilClaim claimOf(const std::vector<Origin> &Value) {
  if (Value.size() == 1 && Value[0].Kind == OperandKind::Null)
    return GilClaim::Needed;
  return GilClaim::NotNeeded;
}

void ModuleFinder::readCall(Site S, InitCode &Code) const {
  const Event &Call = P.event(S);
  if (Call.Callee == None)
    return;
  std::string_view Name = P.entity(Call.Callee).Name;
  if (Name == "PyUnstable_Module_SetGIL")
    Code.Set = {Call.Range,
                claimOf(P.Functions[S.Function].Value.arg(S.Event, 1))};
  bool Single = Name.starts_with("PyModule_Create");
  bool Multi = Name == "PyModuleDef_Init";
  if ((Single || Multi) && Code.Create.Event == None) {
    Code.Create = S;
    Code.Def = defOf(S);
    Code.MultiPhase = Multi;
  }
  // A helper of the extension whose body is in no file of the scan.
  if (!P.entity(Call.Callee).has(EF_SystemHeader) &&
      !P.BodyOf.count(Call.Callee) && !Name.starts_with("Py"))
    Code.Incomplete = true;
}

InitCode ModuleFinder::readInit(FunctionId Root) const {
  InitCode Code;
  std::set<FunctionId> Seen{Root};
  std::deque<FunctionId> Work{Root};
  while (!Work.empty()) {
    FunctionId F = Work.front();
    Work.pop_front();
    const std::vector<Event> &Events = P.body(F).Events;
    for (EventId E = 0; E != Events.size(); ++E) {
      if (Events[E].Kind != EventKind::Call)
        continue;
      readCall({F, E}, Code);
      if (auto It = P.BodyOf.find(Events[E].Callee);
          It != P.BodyOf.end() && Seen.insert(It->second).second)
        Work.push_back(It->second);
    }
  }
  return Code;
}

//===-- Definitions and slots ---------------------------------------------===//

const ModuleDecl *ModuleFinder::declOf(EntityId Def) const {
  for (const ModuleDecl &Decl : P.Facts.Modules)
    if (Decl.Kind == ModuleKind::Def && Decl.Def == Def && Def != None)
      return &Decl;
  return nullptr;
}

/// Headers of CPython 3.13 and 3.14 number the slot 4, those of 3.15 87.
static bool isGilSlot(const std::string &Slot) {
  return Slot == "Py_mod_gil" || Slot == "4" || Slot == "87";
}

GilClaim ModuleFinder::slotClaim(const SlotTable &Table,
                                 SourceRange &Where) const {
  for (const SlotEntry &Entry : Table.Entries)
    if (isGilSlot(Entry.Slot)) {
      Where = Entry.Loc;
      return Entry.Value ? GilClaim::NotNeeded : GilClaim::Needed;
    }
  return GilClaim::Silent;
}

void ModuleFinder::describeSlots(const ModuleDecl &Decl,
                                 ModuleUnit &Unit) const {
  Unit.Style = ModuleStyle::MultiPhase;
  if (Decl.Slots == None) {
    Unit.Where = Decl.Loc; // multi-phase without any slot
    return;
  }
  const Entity &Slots = P.entity(Decl.Slots);
  Unit.Where = Slots.Loc.isValid() ? Slots.Loc : Decl.Loc;
  Unit.Also = Decl.Loc;
  Unit.AlsoText = "the module definition that names the table";
  for (const SlotTable &Table : P.Facts.SlotTables)
    if (Table.Place == Decl.Slots) {
      Unit.Claim = slotClaim(Table, Unit.Where);
      return;
    }
  Unit.Incomplete = true; // the table is not in the files of the scan
}

//===-- Binding tools -----------------------------------------------------===//

/// Before the tools had a spelling of their own, modules made the call.
std::optional<SetGil> ModuleFinder::setGilIn(FileId File) const {
  for (FunctionId F = 0; F != P.Functions.size(); ++F) {
    if (P.body(F).Body.File != File)
      continue;
    InitCode Code;
    for (EventId E = 0; E != P.body(F).Events.size(); ++E)
      if (P.body(F).Events[E].Kind == EventKind::Call)
        readCall({F, E}, Code);
    if (Code.Set)
      return Code.Set;
  }
  return std::nullopt;
}

void ModuleFinder::addTools() {
  for (const ModuleDecl &Decl : P.Facts.Modules) {
    if (Decl.Kind == ModuleKind::Def)
      continue;
    // One macro per arm of an #if on the tool's version: any of them counts.
    auto Same = std::find_if(Units.begin(), Units.end(), [&](auto &Unit) {
      return Unit.Name == Decl.Name && Unit.Where.File == Decl.Loc.File;
    });
    if (Same == Units.end()) {
      ModuleUnit Unit;
      Unit.Name = Decl.Name;
      Unit.Style = ModuleStyle::Tool;
      Unit.Tool = Decl.Kind;
      Unit.Where = Decl.Loc;
      // FREE_THREADED is an option of the build; without the build's own
      // flags its absence says nothing.
      Unit.Incomplete = Decl.Kind == ModuleKind::Nanobind;
      Units.push_back(std::move(Unit));
      Same = Units.end() - 1;
    }
    std::optional<SetGil> Set = setGilIn(Decl.Loc.File);
    if (Decl.DeclaresNoGil || (Set && Set->Claim == GilClaim::NotNeeded)) {
      Same->Claim = GilClaim::NotNeeded;
      Same->Where = Decl.DeclaresNoGil ? Decl.Loc : Set->Range;
    }
  }
}

/// The PyInit function that a tool's macro expands to.
bool ModuleFinder::isToolInit(FunctionId Root, const std::string &Name) const {
  return std::any_of(Units.begin(), Units.end(), [&](const ModuleUnit &Unit) {
    return Unit.Style == ModuleStyle::Tool && Unit.Name == Name &&
           Unit.Where.File == P.entityOf(Root).Loc.File;
  });
}

//===-- Modules -----------------------------------------------------------===//

/// The front end could not read the very name we look for.
bool ModuleFinder::namedInError(FileId File) const {
  return std::any_of(
      P.Facts.Errors.begin(), P.Facts.Errors.end(), [&](const auto &Error) {
        return Error.Loc.File == File &&
               (Error.Message.find("PyUnstable_Module_SetGIL") !=
                    std::string::npos ||
                Error.Message.find("Py_mod_gil") != std::string::npos ||
                Error.Message.find("Py_MOD_GIL") != std::string::npos);
      });
}

void ModuleFinder::addInit(FunctionId Root, const EntryPoint &Entry) {
  std::string Name = Entry.Name.substr(InitPrefix.size());
  if (isToolInit(Root, Name))
    return;
  InitCode Code = readInit(Root);
  if (Code.Create.Event == None && !Code.Set)
    return; // the module comes from code that was not seen
  ModuleUnit Unit;
  Unit.Name = Name;
  Unit.Init = Root;
  Unit.Def = Code.Def;
  Unit.Where = P.entityOf(Root).Loc;
  const ModuleDecl *Decl = declOf(Code.Def);
  Taken.insert(Code.Def);
  if (Code.MultiPhase) {
    if (!Decl)
      Unit.Style = ModuleStyle::MultiPhase;
    else
      describeSlots(*Decl, Unit);
    Unit.Incomplete |= !Decl;
  } else if (Code.Create.Event != None) {
    Unit.Also = P.event(Code.Create).Range;
    Unit.AlsoText = "the module is created here";
    Unit.Incomplete = Code.Incomplete;
  }
  if (Code.Def != None &&
      P.entity(Code.Def).Name.starts_with("__pyx_moduledef"))
    Unit.Tool = ModuleKind::Cython;
  if (Code.Set) {
    Unit.Claim = Code.Set->Claim;
    Unit.Where = Code.Set->Range;
  }
  if (Unit.Claim == GilClaim::Silent && namedInError(Unit.Where.File))
    return;
  Units.push_back(std::move(Unit));
}

/// Definitions with slots that no PyInit of the scan hands out: the init
/// function is in a file that was not given, or has another name.
void ModuleFinder::addOrphans() {
  for (const ModuleDecl &Decl : P.Facts.Modules) {
    if (Decl.Kind != ModuleKind::Def || Decl.Slots == None ||
        !Taken.insert(Decl.Def).second)
      continue;
    ModuleUnit Unit;
    Unit.Name = Decl.Name;
    Unit.Def = Decl.Def;
    describeSlots(Decl, Unit);
    Unit.Incomplete = true;
    if (Unit.Claim != GilClaim::Silent || !namedInError(Decl.Loc.File))
      Units.push_back(std::move(Unit));
  }
}

std::vector<ModuleUnit> ModuleFinder::run() {
  addTools();
  for (const EntryPoint &Entry : P.Facts.EntryPoints) {
    if (Entry.Kind != EntryKind::ModuleInit ||
        !Entry.Name.starts_with(InitPrefix))
      continue;
    if (auto It = P.BodyOf.find(Entry.Function); It != P.BodyOf.end())
      addInit(It->second, Entry);
  }
  addOrphans();
  return std::move(Units);
}

} // namespace

std::vector<ModuleUnit> modulesOf(const Program &P) {
  return ModuleFinder(P).run();
}

} // namespace ungil::rules
