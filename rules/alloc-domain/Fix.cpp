//===- Fix.cpp - buffers to the PyMem heap --------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// PyObject_Malloc() for what never becomes an object becomes PyMem_Malloc(),
// together with every call that resizes or releases such a block and every
// other call whose block can come there. The two heaps have the same functions.
// A pair of which one half is PyMem already is mended in the same way.
//
//===----------------------------------------------------------------------===//

#include "Fix/Fix.h"
#include "Blocks.h"
#include "llvm/ADT/StringRef.h"

namespace ungil::rules {
namespace {

using namespace fix;

class HeapFix {
public:
  explicit HeapFix(const FixContext &Context)
      : Context(Context), P(Context.P), All(P.model<Blocks>()) {}

  FixPlan plan(Site From, bool ForRuntime);

private:
  struct Release {
    Site At;
    std::set<Site> Sources;
  };
  FixPlan planForRuntime(Site From);
  void findReleases();
  std::set<Site> madeBySiblings(FunctionId F) const;
  void close(Site From);
  void check(Site S);
  void rename(Site S);
  void refuse(std::string Why) {
    if (Reason.empty())
      Reason = "no edit: " + std::move(Why);
  }

  const FixContext &Context;
  const Program &P;
  const Blocks &All;
  std::vector<Release> Releases;
  std::set<Site> Together; ///< calls that change
  bool Released = false;
  bool Stored = false; ///< in a field that the runtime releases
  std::string Reason;
  std::vector<Edit> Edits;
};

void HeapFix::findReleases() {
  for (FunctionId F = 0; F != P.Functions.size(); ++F)
    for (EventId E = 0; E != P.body(F).Events.size(); ++E) {
      const ApiFunction *Api = All.allocator(P.body(F).Events[E]);
      if (!Api || Api->Alloc->Role == AllocRole::Alloc ||
          Api->Alloc->Pointer < 0)
        continue;
      Release R{{F, E}, {}};
      for (const Origin &O : P.Functions[F].Value.arg(E, Api->Alloc->Pointer))
        R.Sources.merge(All.from(F, O));
      if (R.Sources.empty())
        R.Sources = madeBySiblings(F);
      Releases.push_back(std::move(R));
    }
}

/// An allocator class takes and gives blocks by two methods; what its user
/// hands back came from the other one.
std::set<Site> HeapFix::madeBySiblings(FunctionId F) const {
  std::set<Site> Made;
  EntityId Class = P.entityOf(F).Parent;
  if (Class == None || !P.entityOf(F).has(EF_Member))
    return Made;
  for (FunctionId Other = 0; Other != P.Functions.size(); ++Other)
    for (EventId E = 0;
         P.entityOf(Other).Parent == Class && E != P.body(Other).Events.size();
         ++E)
      if (const ApiFunction *Api = All.allocator(P.body(Other).Events[E]);
          Api && Api->Alloc->Role == AllocRole::Alloc)
        Made.insert({Other, E});
  return Made;
}

/// Everything that blocks of \p From have in common with other blocks.
void HeapFix::close(Site From) {
  Together = {From};
  for (bool Changed = true; Changed;) {
    Changed = false;
    for (const Release &R : Releases) {
      bool Meets = Together.count(R.At);
      for (Site Made : R.Sources)
        Meets |= Together.count(Made) != 0;
      if (!Meets)
        continue;
      Changed |= Together.insert(R.At).second;
      for (Site Made : R.Sources)
        Changed |= Together.insert(Made).second;
    }
  }
}

void HeapFix::check(Site S) {
  const Event &Call = P.event(S);
  const ApiFunction *Api = All.allocator(Call);
  std::string Name = P.calleeName(Call);
  bool Mine = Api->Alloc->Domain == AllocDomain::Object;
  if ((!Mine && Api->Alloc->Domain != AllocDomain::Mem) ||
      Api->Alloc->MakesObject)
    return refuse("blocks of '" + Name + "' come the same way");
  if (Api->Alloc->Role != AllocRole::Free && All.isObject(S))
    return refuse("objects come the same way");
  Released |= Api->Alloc->Role == AllocRole::Free;
  if (!Mine)
    return;
  if (!P.reportable(S.Function) || P.entityOf(S.Function).has(EF_Generated) ||
      P.entityOf(S.Function).has(EF_HasError))
    return refuse("'" + P.name(S.Function) + "' may not be edited");
  rename(S);
}

/// PyObject_Malloc to PyMem_Malloc, in the spelling of the source.
void HeapFix::rename(Site S) {
  const Event &Call = P.event(S);
  std::string Name = P.calleeName(Call);
  CallText Text =
      callAt(Context.text(Call.Range.File), Call.Range.Offset, Name);
  llvm::StringRef Verb(Name);
  if (!Text.isValid() || !Verb.consume_front("PyObject_"))
    return refuse("the call of '" + Name + "' is part of a macro");
  bool Free = All.allocator(Call)->Alloc->Role == AllocRole::Free;
  std::string New =
      Free ? "PyMem_Free"
           : "PyMem_" + Verb.take_front().str() + Verb.drop_front().lower();
  if (!P.Known->find(New))
    return refuse("'" + Name + "' has no counterpart");
  Edits.push_back(
      {Call.Range.File, Text.NameBegin, Text.NameEnd - Text.NameBegin, New});
}

/// Field of a type that the runtime releases: with another function since
/// 3.13.
FixPlan HeapFix::planForRuntime(Site From) {
  FunctionText Code(P, From.Function, Context.text(Edits[0].File));
  Draft D(Code);
  StatementId S = Code.isValid() ? Code.at(Edits[0].Offset) : None;
  bool Plain = S != None && Code[S].Kind == StatementKind::Expression &&
               Code.startsLine(Code[S].Offset) && !Code[S].has(SF_Macro) &&
               !Code.hasDirective(Code[S].Offset, Code[S].end());
  if (!Stored)
    D.refuse("nothing was seen that releases the block");
  else if (!Plain)
    D.refuse("the call is not in a statement of its own");
  if (D.isRefused())
    return D.finish(Applicability::Manual, "");
  std::string Old(Code.text(S)), New = Old;
  New.replace(Edits[0].Offset - Code[S].Offset, Edits[0].Length, Edits[0].Text);
  D.rewrite(S,
            {"#if PY_VERSION_HEX >= 0x030D0000", New, "#else", Old, "#endif"});
  return D.finish(Applicability::Suggested,
                  "take the block from where CPython 3.13 gives it back to");
}

FixPlan HeapFix::plan(Site From, bool ForRuntime) {
  Stored = ForRuntime;
  findReleases();
  close(From);
  for (Site S : Together)
    check(S);
  if (!Released && Together.size() == 1 && Reason.empty())
    return planForRuntime(From);
  if (!Released)
    refuse("nothing was seen that releases the block");
  FixPlan Plan;
  if (!Reason.empty()) {
    Plan.Title = Reason;
    return Plan;
  }
  Plan.How = Applicability::Safe;
  Plan.Title = "take the block from PyMem_Malloc() and give it back to "
               "PyMem_Free()";
  Plan.Edits = std::move(Edits);
  return Plan;
}

} // namespace

FixPlan allocDomainFix(const FixContext &Context, const Finding &Found) {
  return HeapFix(Context).plan({Found.About.Function, Found.About.Event},
                               Found.About.Entity != None);
}

} // namespace ungil::rules
