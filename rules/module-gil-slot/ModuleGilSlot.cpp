//===- ModuleGilSlot.cpp - modules that do not declare the GIL unused -----===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// rules/module-gil-slot/rule.md says what and why; Modules.h finds the
// modules and what each one declares.
//
//===----------------------------------------------------------------------===//

#include "Modules.h"
#include "Rules/DeclaredBut.h"
#include <algorithm>
#include <deque>
#include <set>
#include <tuple>

namespace ungil {

using namespace rules;

namespace {

constexpr std::string_view RuleId = "module-gil-slot";
constexpr PyVersion FirstFreeThreaded = 0x030D;

/// The spelling of the declaration, for the way this module is made.
std::string declarationFor(const ModuleUnit &Unit) {
  switch (Unit.Tool) {
  case ModuleKind::Pybind11:
    return "pass py::mod_gil_not_used() as the third argument: "
           "PYBIND11_MODULE(" +
           Unit.Name + ", m, py::mod_gil_not_used()); pybind11 2.13 and later";
  case ModuleKind::Nanobind:
    return "build it with nanobind_add_module(" + Unit.Name +
           " FREE_THREADED ...) in CMake; nanobind 2.2 and later";
  case ModuleKind::Cython:
    return "set the directive `freethreading_compatible = True` (a comment "
           "`# cython: freethreading_compatible=True` on top of the .pyx "
           "file, or -X on the command line); Cython 3.1 and later";
  case ModuleKind::BoostPython:
    return "call PyUnstable_Module_SetGIL(boost::python::scope().ptr(), "
           "Py_MOD_GIL_NOT_USED) at the start of the module's body, inside "
           "#ifdef Py_GIL_DISABLED (Boost.Python has no spelling of its own)";
  case ModuleKind::Def:
    break;
  }
  if (Unit.Style == ModuleStyle::MultiPhase)
    return "add {Py_mod_gil, Py_MOD_GIL_NOT_USED} to the slots of the module, "
           "inside #ifdef Py_mod_gil where older versions are supported";
  return "call PyUnstable_Module_SetGIL(module, Py_MOD_GIL_NOT_USED) after the "
         "module is created, inside #ifdef Py_GIL_DISABLED";
}

Confidence confidenceOf(const Program &P, const ModuleUnit &Unit) {
  if (Unit.Style == ModuleStyle::Tool)
    return Unit.Incomplete ? Confidence::Low : Confidence::High;
  // Code for 3.13 stands behind #if, which older headers switch off.
  std::string_view Version = P.Facts.PythonVersion;
  size_t Minor = Version.find('.');
  size_t End = Minor == Version.npos ? Minor : Version.find('.', Minor + 1);
  if (parsePyVersion(Version.substr(0, End)) < FirstFreeThreaded)
    return Confidence::Low;
  if (Unit.Init != None && P.entityOf(Unit.Init).has(EF_HasError))
    return Confidence::Medium;
  return Unit.Incomplete ? Confidence::Medium : Confidence::High;
}

Finding missing(const Program &P, const ModuleUnit &Unit) {
  Finding F;
  F.Rule = RuleId;
  F.Range = Unit.Where;
  F.Entity = Unit.Name;
  if (Unit.Init != None)
    F.Function = P.name(Unit.Init);
  F.Conf = confidenceOf(P, Unit);
  F.Message = Unit.Claim == GilClaim::Needed
                  ? "module '" + Unit.Name + "' asks for the GIL"
                  : "module '" + Unit.Name +
                        "' does not declare that it runs without the GIL";
  F.Why = "A free-threaded interpreter turns the GIL on again, for the whole "
          "process and with a warning, when it imports this module; no other "
          "extension can undo that.";
  F.Help = "When the other findings are settled, " + declarationFor(Unit) +
           ". It is a promise: the interpreter checks nothing.";
  // Never an edit: no analysis can give that promise.
  F.Fix.Title = "no edit: it is a promise; to give it, " + declarationFor(Unit);
  if (Unit.Also.isValid())
    F.Notes.push_back({Unit.Also, Unit.AlsoText});
  return F;
}

//===-- Declared, but -----------------------------------------------------===//

/// The functions of a module: those of the file that declares it, and all
/// that they call.
std::set<FunctionId> functionsOf(const Program &P, FileId File) {
  std::set<FunctionId> Seen;
  std::deque<FunctionId> Work;
  auto Add = [&](FunctionId F) {
    if (Seen.insert(F).second)
      Work.push_back(F);
  };
  for (FunctionId F = 0; F != P.Functions.size(); ++F)
    if (P.body(F).Body.File == File)
      Add(F);
  // Functions of other files that tables and calls here name.
  for (const EntryPoint &Entry : P.Facts.EntryPoints)
    if (Entry.Loc.File == File)
      if (auto It = P.BodyOf.find(Entry.Function); It != P.BodyOf.end())
        Add(It->second);
  while (!Work.empty()) {
    FunctionId F = Work.front();
    Work.pop_front();
    for (const Event &E : P.body(F).Events)
      if (auto It = P.BodyOf.find(E.Callee); It != P.BodyOf.end())
        Add(It->second);
  }
  return Seen;
}

bool contains(const SourceRange &Body, const SourceRange &Part) {
  return Body.File == Part.File && Part.Offset >= Body.Offset &&
         Part.Offset < Body.Offset + Body.Length;
}

/// Does \p F speak of this module's code? With one module everything does.
bool concerns(const Program &P, const std::set<FunctionId> &Functions,
              const ModuleUnit &Unit, const Finding &F) {
  if (F.Range.File == Unit.Where.File)
    return true;
  return std::any_of(Functions.begin(), Functions.end(), [&](FunctionId Id) {
    return contains(P.body(Id).Body, F.Range);
  });
}

bool contradicts(const Finding &F) {
  return F.Rule != RuleId && F.Conf == Confidence::High &&
         F.Sev != Severity::Note;
}

Finding declaredBut(const ModuleUnit &Unit,
                    const std::vector<const Finding *> &Against) {
  constexpr size_t MaxNotes = 10;
  size_t N = Against.size();
  Finding F;
  F.Rule = RuleId;
  F.Range = Unit.Where;
  F.Entity = Unit.Name;
  F.Conf = Confidence::High;
  F.Message = "module '" + Unit.Name + "' declares that it runs without the " +
              "GIL, but " + std::to_string(N) +
              (N == 1 ? " finding says otherwise" : " findings say otherwise");
  F.Why = "The declaration keeps the GIL off, so nothing stops two threads "
          "from meeting in the places below.";
  F.Help = "Settle the findings, or take the declaration back until they are.";
  F.Derived = true;
  for (size_t I = 0; I != std::min(N, MaxNotes); ++I)
    F.Notes.push_back({Against[I]->Range,
                       Against[I]->Message + " [" + Against[I]->Rule + "]"});
  return F;
}

} // namespace

namespace rules {

FindingList moduleGilSlot(const Program &P) {
  FindingList Found;
  for (const ModuleUnit &Unit : modulesOf(P))
    if (Unit.Claim != GilClaim::NotNeeded)
      Found.push_back(missing(P, Unit));
  return Found;
}

} // namespace rules

void addDeclaredBut(const Program &P, FindingList &All) {
  std::vector<ModuleUnit> Units = modulesOf(P);
  FindingList New;
  for (const ModuleUnit &Unit : Units) {
    if (Unit.Claim != GilClaim::NotNeeded)
      continue;
    std::set<FunctionId> Functions;
    if (Units.size() > 1)
      Functions = functionsOf(P, Unit.Where.File);
    std::vector<const Finding *> Against;
    for (const Finding &F : All)
      if (contradicts(F) &&
          (Units.size() == 1 || concerns(P, Functions, Unit, F)))
        Against.push_back(&F);
    std::sort(Against.begin(), Against.end(),
              [](const Finding *A, const Finding *B) {
                return std::tie(A->Range.File, A->Range.Offset, A->Rule) <
                       std::tie(B->Range.File, B->Range.Offset, B->Rule);
              });
    if (!Against.empty())
      New.push_back(declaredBut(Unit, Against));
  }
  All.insert(All.end(), New.begin(), New.end());
}

} // namespace ungil
