//===- LockUsers.cpp - who takes a new lock -------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fix/Attached.h"
#include "Fix/LetsGo.h"
#include "Fix/UnderLock.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include <vector>

namespace ungil::fix {

bool letsGo(const Program &P, Site S) {
  const Event &Call = P.event(S);
  return Call.Kind == EventKind::Call &&
         (turnOf(P, Call) || P.reaches().of(S).How >= Reach::Perhaps);
}

LockUsers::LockUsers(const Program &P, UsesByFunction Uses,
                     const Questions &Ask)
    : P(P), Uses(std::move(Uses)) {
  for (const auto &[F, Needs] : this->Uses)
    for (EventId E : Needs)
      if (Ask.IsAlone({F, E}))
        Alone.insert({F, E});
  leaveOutHelpers(Ask);
  findAtOnce();
}

/// Is it one of the steps of another function that needs the lock, and does
/// nothing that must not be done under it?
bool LockUsers::isHelper(FunctionId F, const Questions &Ask) const {
  const FunctionInfo &Info = P.Functions[F];
  if (!Info.Entries.empty() || Info.AddressTaken || !Info.Takes.empty())
    return false;
  bool Step = false;
  for (const CallSite &C : Info.Callers) {
    if (!P.isConcurrent(C.Caller))
      continue;
    Step |= Uses.count(C.Caller) != 0;
    if (C.Handed || C.Event == None || C.Caller == F || !Ask.IsSame(C, F))
      return false;
  }
  const std::vector<Event> &Events = P.body(F).Events;
  const std::set<EventId> &Own = Uses.at(F);
  return Step && P.reaches().of(F).How < Reach::Perhaps &&
         llvm::none_of(
             llvm::seq<EventId>(0, Events.size()),
             [&](EventId E) {
               return letsGo(P, {F, E}) || (!Own.count(E) && takes({F, E}));
             });
}

void LockUsers::leaveOutHelpers(const Questions &Ask) {
  // One at a time: two that only call each other would both go.
  for (bool Changed = true; Changed;) {
    Changed = false;
    findWaysIn();
    for (const auto &[Which, Needs] : Uses) {
      FunctionId F = Which;
      if (!isHelper(F, Ask))
        continue;
      for (const CallSite &C : P.Functions[F].Callers)
        if (P.isConcurrent(C.Caller))
          Uses[C.Caller].insert(C.Event);
      Uses.erase(F);
      Changed = true;
      break;
    }
  }
}

void LockUsers::findWaysIn() {
  Leading.clear();
  std::vector<FunctionId> Work;
  for (const auto &[F, Needs] : Uses)
    if (Leading.insert(F).second)
      Work.push_back(F);
  while (!Work.empty()) {
    FunctionId F = Work.back();
    Work.pop_back();
    for (const CallSite &C : P.Functions[F].Callers)
      if (Leading.insert(C.Caller).second)
        Work.push_back(C.Caller);
  }
}

static bool callsOneOf(const Program &P, Site S,
                       const std::set<FunctionId> &Which) {
  const Event &Call = P.event(S);
  return Call.Kind == EventKind::Call && Call.Callee != None &&
         llvm::any_of(P.bodiesOf(Call.Callee),
                      [&](FunctionId F) { return Which.count(F) != 0; });
}

bool LockUsers::takes(Site S) const { return callsOneOf(P, S, Leading); }

bool LockUsers::takesAtOnce(Site S) const { return callsOneOf(P, S, AtOnce); }

bool LockUsers::belongs(Site S) const {
  auto Own = Uses.find(S.Function);
  return (Own != Uses.end() && Own->second.count(S.Event) && !Alone.count(S)) ||
         takesAtOnce(S);
}

/// Is there a way from the beginning of \p F to an event that \p Ends says yes
/// to, past nothing that lets another thread in?
static bool comesFirst(const Program &P, FunctionId F,
                       llvm::function_ref<bool(EventId)> Ends) {
  const Function &Body = P.body(F);
  std::set<uint32_t> Seen{Body.Entry};
  std::vector<uint32_t> Work{Body.Entry};
  while (!Work.empty()) {
    const Block &Here = Body.Blocks[Work.back()];
    Work.pop_back();
    bool Stops = false;
    for (EventId E : Here.Events) {
      if (Ends(E))
        return true;
      Stops |= letsGo(P, {F, E});
      if (Stops)
        break;
    }
    for (uint32_t Next : Here.Succs)
      if (!Stops && Next != None && Seen.insert(Next).second)
        Work.push_back(Next);
  }
  return false;
}

void LockUsers::findAtOnce() {
  for (bool Changed = true; Changed;) {
    Changed = false;
    for (FunctionId F : Leading) {
      bool Now = !AtOnce.count(F) &&
                 comesFirst(P, F, [&](EventId E) { return belongs({F, E}); });
      if (Now)
        AtOnce.insert(F);
      Changed |= Now;
    }
  }
}

FunctionId LockUsers::comesBack() const {
  auto Back = llvm::find_if(
      Uses, [&](const auto &User) { return isGivenAway(P, User.first); });
  bool Calls = llvm::any_of(Uses, [&](const auto &User) {
    const auto &[F, Events] = User;
    if (Events.empty())
      return false;
    for (EventId E = *Events.begin(); E <= *Events.rbegin(); ++E)
      if (callsLibrary(P, {F, E}))
        return true;
    return false;
  });
  return Back != Uses.end() && Calls ? Back->first : None;
}

} // namespace ungil::fix
