//===- CriticalSectionEscape.cpp - ways around the end of a section -------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rules/Common.h"
#include "Rules/Locking.h"
#include "Ways.h"
#include <algorithm>

namespace ungil::rules {

/// The local whose address is argument \p Arg of \p Call.
static uint32_t localOf(const Program &P, const Event &Call, int Arg) {
  if (Arg < 0 || static_cast<size_t>(Arg) >= Call.Args.size() ||
      Call.Args[Arg].Kind != OperandKind::Address)
    return None;
  const Path &Where = P.path(Call.Args[Arg].Index);
  return Where.Root == RootKind::Local && Where.Steps.empty() ? Where.Index
                                                              : None;
}

/// Neither an end of the section nor the constructor of its structure.
static bool isOtherCall(const Program &P, const Event &Call) {
  return !lockFact(P, Call) &&
         (Call.Callee == None || !P.entity(Call.Callee).has(EF_Constructor));
}

std::vector<Section> sectionsOf(const Program &P, FunctionId F) {
  const Function &Body = P.body(F);
  std::map<uint32_t, Section> ByHandle;
  for (const KnownCall &Call : P.calls(F)) {
    if (!Call.Live || !Call.Api || !Call.Api->Lock)
      continue;
    const LockFact &Fact = *Call.Api->Lock;
    bool IsSection = Fact.Kind == LockKind::CriticalSection ||
                     Fact.Kind == LockKind::CriticalSectionMutex;
    uint32_t Handle =
        IsSection ? localOf(P, Body.Events[Call.Event], Fact.Handle) : None;
    if (Handle == None || Handle < Body.Params)
      continue;
    Section &S = ByHandle[Handle];
    S.Handle = Handle;
    (Fact.Action == LockAction::Release ? S.Ends : S.Begins)
        .push_back(Call.Event);
  }
  if (ByHandle.empty())
    return {};
  for (EventId E = 0; E != Body.Events.size(); ++E)
    for (size_t I = 0; I != Body.Events[E].Args.size(); ++I)
      if (auto It = ByHandle.find(localOf(P, Body.Events[E], I));
          It != ByHandle.end())
        It->second.HandedOn |= isOtherCall(P, Body.Events[E]);
  std::vector<Section> Sections;
  for (auto &[Handle, S] : ByHandle) {
    for (const LockChange &C : P.Functions[F].Locks.Changes)
      if (C.Takes && !S.Begins.empty() && C.At == S.Begins[0])
        S.Lock = C.Lock;
    Sections.push_back(std::move(S));
  }
  return Sections;
}

/// `Py_BEGIN_CRITICAL_SECTION2(a, b); ... Py_END_CRITICAL_SECTION();`: each
/// form keeps its section in a local of another name, so this is an error
/// where the sections are real, and compiles where they are empty.
static void wrongForms(const Program &P, FindingList &All) {
  for (const DiagnosticFact &D : P.Facts.Errors) {
    const ApiFunction *End = nullptr;
    for (const ApiFunction &Api : P.Known->all())
      if (Api.Lock && !Api.Lock->Local.empty() &&
          D.Message.find("'" + Api.Lock->Local + "'") != std::string::npos)
        End = &Api;
    if (!End)
      continue;
    Finding Found;
    Found.Rule = "critical-section-escape";
    Found.Range = D.Loc;
    for (FunctionId F = 0; F != P.Functions.size(); ++F) {
      const SourceRange &Body = P.body(F).Body;
      if (Body.File == D.Loc.File && D.Loc.Offset >= Body.Offset &&
          D.Loc.Offset < Body.Offset + Body.Length) {
        Found.Function = P.name(F);
        Found.Trace = P.traceTo({F, 0});
      }
    }
    Found.Entity = End->Lock->Local;
    Found.Conf = Confidence::High;
    Found.Message = "'" + End->Name + "' ends a section of another form";
    Found.Why = "It ends what '" + Found.Entity +
                "' holds, and no such section is open here. Without "
                "Py_GIL_DISABLED both are empty, so that only the "
                "free-threaded build fails to compile.";
    Found.Help = "End a section of one object with Py_END_CRITICAL_SECTION(), "
                 "of two with Py_END_CRITICAL_SECTION2().";
    All.push_back(std::move(Found));
  }
}

FindingList criticalSectionEscape(const Program &P) {
  FindingList All;
  for (FunctionId F = 0; F != P.Functions.size(); ++F) {
    if (!P.reportable(F))
      continue;
    for (const Section &S : sectionsOf(P, F)) {
      findEscapes(P, F, S, All);
      if (P.isConcurrent(F))
        findOutlived(P, F, S, All);
    }
  }
  wrongForms(P, All);
  return All;
}

} // namespace ungil::rules
