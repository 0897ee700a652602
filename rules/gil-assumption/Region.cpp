//===- Region.cpp - regions that take the GIL as a mutex ------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Region.h"
#include "Link/Flow.h"
#include "Rules/Common.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <set>

namespace ungil::rules {
namespace {

Turn turnOf(const ApiFunction *Api) {
  if (!Api || !Api->Effect || Api->Effect->Attaches == Api->Effect->Detaches)
    return Turn::None;
  return Api->Effect->Attaches ? Turn::Attach : Turn::Detach;
}

/// A wrapper, or the constructor or destructor of a guard: a function of the
/// extension that turns one way and not the other.
Turn turnOf(llvm::ArrayRef<KnownCall> Calls) {
  Turn Result = Turn::None;
  for (const KnownCall &Call : Calls) {
    Turn Here = turnOf(Call.Api);
    if (Here != Turn::None && Result != Turn::None && Here != Result)
      return Turn::None;
    if (Here != Turn::None)
      Result = Here;
  }
  return Result;
}

/// A function of which the data says that it is plain C.
bool isPlainC(const ApiFunction *Api) {
  return Api && (Api->Memory || Api->Libc || Api->Lock || Api->Alloc) &&
         (Api->Kind == "libc" || Api->Kind == "cxx" || !Api->Effect);
}

} // namespace

Turn RegionFinder::turnOf(const Event &E) const {
  if (E.Kind != EventKind::Call)
    return Turn::None;
  if (auto It = P.BodyOf.find(E.Callee); It != P.BodyOf.end())
    return Turns[It->second];
  return rules::turnOf(P.api(E));
}

/// Anything whose body is not seen may be why the thread state is taken.
bool RegionFinder::mayUsePython(const Event &E) const {
  if (E.Kind != EventKind::Call || turnOf(E) != Turn::None)
    return false;
  if (auto It = P.BodyOf.find(E.Callee); It != P.BodyOf.end())
    return UsesPython[It->second];
  return E.Callee == None || !isPlainC(P.api(E));
}

RegionFinder::RegionFinder(const Program &P)
    : P(P), UsesPython(P.Functions.size(), false) {
  for (FunctionId F = 0; F != P.Functions.size(); ++F)
    Turns.push_back(rules::turnOf(P.calls(F)));
  findPython();
  // snprintf(buffer, ...) writes a place without a store of its own.
  for (const auto &[Place, Accesses] : P.Places)
    for (const Access &A : Accesses)
      if (A.writes() && !A.Atomic && P.event(A.At).Kind == EventKind::Call)
        Filled.try_emplace(A.At, A.Path);
}

void RegionFinder::findPython() {
  std::vector<FunctionId> Work; // their callers do as well
  for (FunctionId F = 0; F != P.Functions.size(); ++F) {
    if (llvm::any_of(P.calls(F), [&](const KnownCall &Call) {
          return mayUsePython(P.body(F).Events[Call.Event]);
        })) {
      UsesPython[F] = true;
      Work.push_back(F);
    }
  }
  while (!Work.empty()) {
    FunctionId F = Work.back();
    Work.pop_back();
    for (const CallSite &C : P.Functions[F].Callers)
      if (C.Event != None && !UsesPython[C.Caller] &&
          mayUsePython(P.event({C.Caller, C.Event}))) {
        UsesPython[C.Caller] = true;
        Work.push_back(C.Caller);
      }
  }
}

/// The storage that event \p E writes, None if it writes none.
PathId RegionFinder::written(FunctionId F, EventId E) const {
  const Event &Ev = P.body(F).Events[E];
  if (auto It = Filled.find({F, E}); It != Filled.end())
    return It->second;
  bool Writes = Ev.Kind == EventKind::Write || Ev.Kind == EventKind::ReadWrite;
  const auto &Where = P.Functions[F].Value.Events[E].Where;
  return Writes && !Ev.has(EV_Atomic) && Where.size() == 1 ? Where[0] : None;
}

/// Storage that other threads can name: a place, or memory behind a pointer
/// that came in from outside.
bool RegionFinder::isSharedWrite(FunctionId F, EventId E) const {
  PathId Id = written(F, E);
  if (Id == None)
    return false;
  const Path &Where = P.path(Id);
  if (Where.Root == RootKind::Place) {
    const Entity &Place = P.entity(Where.Index);
    return !Place.has(EF_ThreadLocal) && Place.Class != TypeClass::Atomic &&
           Place.Class != TypeClass::Lock;
  }
  return Where.Root == RootKind::Local && Where.Index < P.body(F).Params &&
         Where.Steps.size() > 1 && Where.Steps[0].Kind == StepKind::Deref &&
         Where.Steps.back().Kind == StepKind::Field;
}

void RegionFinder::visit(FunctionId F, EventId E, Content &Inside) const {
  const Event &Ev = P.body(F).Events[E];
  Inside.Python |= mayUsePython(Ev);
  if (isSharedWrite(F, E) && P.Functions[F].Locks.at(E).empty())
    Inside.Writes.push_back(E);
}

/// Everything between \p Enter and the calls that detach again.
RegionFinder::Content RegionFinder::walk(FunctionId F, EventId Enter) const {
  const Function &Body = P.body(F);
  EventOrder Order(Body);
  Content Inside;
  std::set<uint32_t> Seen;
  std::vector<std::pair<uint32_t, size_t>> Work{
      {Order.Block[Enter], Order.Position[Enter] + 1}};
  while (!Work.empty() && !Inside.Python) {
    auto [Block, From] = Work.back();
    Work.pop_back();
    const auto &Events = Body.Blocks[Block].Events;
    bool Left = false;
    for (size_t I = From; I < Events.size() && !Left; ++I) {
      Left = turnOf(Body.Events[Events[I]]) == Turn::Detach;
      if (!Left)
        visit(F, Events[I], Inside);
    }
    if (Left)
      continue;
    for (uint32_t Next : Body.Blocks[Block].Succs) {
      if (Next == Body.Exit)
        Inside.Closed = false;
      else if (Next != None && Seen.insert(Next).second)
        Work.push_back({Next, 0});
    }
  }
  return Inside;
}

std::optional<GilRegion> RegionFinder::judge(FunctionId F, EventId Enter,
                                             const Content &Inside) const {
  if (Inside.Python || !Inside.Closed || Inside.Writes.empty())
    return std::nullopt;
  GilRegion R;
  R.Enter = Enter;
  R.Write = *std::min_element(Inside.Writes.begin(), Inside.Writes.end());
  const Path &Where = P.path(written(F, R.Write));
  R.What = P.text(Where, F);
  if (Where.Root != RootKind::Place)
    return R;
  R.What = P.entity(Where.Index).Name;
  auto It = P.Places.find(Where.Index);
  R.Certain =
      It != P.Places.end() &&
      std::any_of(It->second.begin(), It->second.end(), [&](const Access &A) {
        return A.At.Function != F && P.isConcurrent(A.At.Function);
      });
  return R;
}

std::vector<GilRegion> RegionFinder::regionsOf(FunctionId F) const {
  std::vector<GilRegion> Result;
  for (const KnownCall &Call : P.calls(F)) {
    const Event &E = P.body(F).Events[Call.Event];
    if (!E.has(EV_Loose) && turnOf(E) == Turn::Attach)
      if (auto R = judge(F, Call.Event, walk(F, Call.Event)))
        Result.push_back(*R);
  }
  return Result;
}

} // namespace ungil::rules
