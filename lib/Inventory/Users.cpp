//===- Users.cpp - who uses a place, and under which locks ----------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Inventory/Users.h"
#include "Rules/Common.h"
#include "Rules/Locking.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include <algorithm>
#include <tuple>

using namespace ungil;

//===-- Locks -------------------------------------------------------------===//

LockWords::LockWords(const Program &P) {
  for (FunctionId F = 0; F != P.Functions.size(); ++F)
    for (const std::vector<HeldLock> &Set : P.Functions[F].Locks.Sets)
      for (const HeldLock &L : Set)
        if (std::string Name = rules::lockName(P, F, L); !Name.empty())
          ByName.try_emplace(Name, rules::lockNoun(P, F, L));
}

std::string LockWords::text(const std::string &Name) const {
  if (auto Known = ByName.find(Name); Known != ByName.end())
    return Known->second;
  // Names that Rules/ObjectLocks.h gives to what belongs to the object.
  llvm::StringRef Rest(Name);
  if (Rest.consume_front("its flag "))
    return "busy flag '" + Rest.str() + "' of the object";
  if (Rest == "its section")
    return "critical section on the object";
  if (Rest.consume_front("its "))
    return "lock '" + Rest.str() + "' of the object";
  return "a lock";
}

std::string LockWords::text(const std::set<std::string> &Names) const {
  std::string Text;
  for (const std::string &Name : Names)
    Text += (Text.empty() ? "" : ", ") + text(Name);
  return Text;
}

LockSet LockWords::at(const Program &P, Site S) const {
  std::set<std::string> Names;
  for (const HeldLock &L : P.Functions[S.Function].Locks.at(S.Event)) {
    std::string Name = rules::lockName(P, S.Function, L);
    if (!Name.empty())
      Names.insert(Name);
    else if (L.Kind == LockKind::Unknown)
      return std::nullopt;
  }
  return Names;
}

//===-- Users -------------------------------------------------------------===//

void Users::add(Site At, StateUse::Kind How, const LockSet &Held) {
  auto [It, New] = All.try_emplace({At.Function, How}, User{At, Held});
  User &Known = It->second;
  if (P.event(At).Range < P.event(Known.First).Range)
    Known.First = At;
  if (New || !Held)
    return;
  if (!Known.Held)
    Known.Held = Held;
  else
    std::erase_if(*Known.Held,
                  [&](const std::string &N) { return !Held->count(N); });
}

bool Users::any(StateUse::Kind How, bool AtInit) const {
  return llvm::any_of(All, [&](const auto &Entry) {
    return Entry.first.second == How &&
           P.isConcurrent(Entry.first.first) == !AtInit;
  });
}

bool Users::clears() const {
  return llvm::any_of(All, [&](const auto &Entry) {
    const auto &[F, How] = Entry.first;
    return How == StateUse::Writes && (P.Functions[F].Phases & P_Traverse);
  });
}

std::vector<StateUse> Users::take() const {
  std::vector<StateUse> Out;
  for (const auto &[Key, User] : All) {
    const auto &[F, How] = Key;
    StateUse Use;
    Use.How = How;
    Use.AtInit = !P.isConcurrent(F);
    Use.Function = P.name(F);
    Use.Entry = P.entryName(F);
    Use.Lock = User.Held ? Words.text(*User.Held) : "a lock without a name";
    Use.At = P.event(User.First).Range;
    Out.push_back(std::move(Use));
  }
  sortUses(Out);
  return Out;
}

void ungil::sortUses(std::vector<StateUse> &Uses) {
  auto Key = [](const StateUse &U) {
    return std::tie(U.AtInit, U.How, U.At, U.Function);
  };
  llvm::sort(Uses, [&](const StateUse &A, const StateUse &B) {
    return Key(A) < Key(B);
  });
  Uses.erase(std::unique(Uses.begin(), Uses.end(),
                         [&](const StateUse &A, const StateUse &B) {
                           return Key(A) == Key(B);
                         }),
             Uses.end());
}
