//===- Borrow.cpp - a borrowed reference and what becomes of it -----------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rules/Borrow.h"
#include "Rules/Common.h"
#include <algorithm>

namespace ungil::rules {

namespace {

/// Is \p O what the call lent, or something reached through it?
bool isLent(const Program &P, const Origin &O, Site S,
            const BorrowFact &Borrow) {
  if (O.Kind == OperandKind::Result && O.Index == S.Event) {
    if (Borrow.Outs.empty())
      return O.Out == 0;
    return O.Out > 0 &&
           std::find(Borrow.Outs.begin(), Borrow.Outs.end(),
                     static_cast<int>(O.Out - 1)) != Borrow.Outs.end();
  }
  if (O.Kind == OperandKind::Load || O.Kind == OperandKind::Address) {
    const Path &Where = P.path(O.Index);
    return Where.Root == RootKind::Result && Where.Index == S.Event;
  }
  return false;
}

bool contains(const std::vector<int> &List, unsigned I) {
  return std::find(List.begin(), List.end(), static_cast<int>(I)) != List.end();
}

} // namespace

BorrowedUse followBorrow(const Program &P, Site S, const BorrowFact &Borrow) {
  BorrowedUse Use;
  const Function &Body = P.body(S.Function);
  const Values &V = P.Functions[S.Function].Value;
  const auto &Locks = P.Functions[S.Function].Locks;
  std::vector<HeldLock> Held = Locks.at(S.Event);
  auto Lent = [&](const std::vector<Origin> &Set) {
    return std::any_of(Set.begin(), Set.end(), [&](const Origin &O) {
      return isLent(P, O, S, Borrow);
    });
  };
  auto Used = [&](EventId E) {
    Use.OnlyTested = false;
    bool SameSection = std::any_of(
        Locks.at(E).begin(), Locks.at(E).end(), [&](const HeldLock &L) {
          return L.Kind == LockKind::CriticalSection &&
                 std::any_of(Held.begin(), Held.end(),
                             [&](const HeldLock &O) { return O.sameLock(L); });
        });
    if (!SameSection && Use.AfterSection == None)
      Use.AfterSection = E;
  };
  for (EventId E = 0; E != Body.Events.size(); ++E) {
    const Event &Ev = Body.Events[E];
    if (E == S.Event || !isLive(P, {S.Function, E}))
      continue;
    switch (Ev.Kind) {
    case EventKind::Call: {
      const ApiFunction *Api = P.api(Ev);
      for (unsigned I = 0; I != V.Events[E].Args.size(); ++I) {
        if (!Lent(V.arg(E, I)))
          continue;
        if (Api && Api->Ownership && contains(Api->Ownership->Retains, I) &&
            Use.Retained == None)
          Use.Retained = E;
        Used(E);
      }
      break;
    }
    case EventKind::Return:
    case EventKind::Write:
      if (Lent(V.value(E)))
        Used(E);
      break;
    default:
      break;
    }
    for (PathId Where : V.Events[E].Where) {
      const Path &Target = P.path(Where);
      if (Target.Root == RootKind::Result && Target.Index == S.Event &&
          !Target.Steps.empty())
        Used(E);
    }
  }
  // Kept alive while the section was held: what follows is safe.
  if (Use.Retained != None &&
      (Use.AfterSection == None || Use.Retained < Use.AfterSection))
    Use.AfterSection = None;
  return Use;
}

std::optional<BorrowDanger> borrowDanger(const Program &P, Site S,
                                         const BorrowFact &Borrow) {
  if (Borrow.Danger < Hazard::SharedMutable || P.unknownLockHeld(S))
    return std::nullopt;
  BorrowDanger D;
  if (Borrow.Owner >= 0) {
    D.Owner = P.sharing(S, Borrow.Owner);
    if (D.Owner.How < Sharing::Unknown)
      return std::nullopt;
    // A container of the extension's own may be guarded by its own lock.
    if (D.Owner.Where != None)
      for (const HeldLock &L : P.Functions[S.Function].Locks.at(S.Event))
        if (L.Kind != LockKind::CriticalSection)
          return std::nullopt;
  }
  bool BothSides = !D.Owner.Mutators.empty() || Borrow.Danger == Hazard::Always;
  D.Conf = confidenceIn(P, S.Function,
                        BothSides ? Confidence::High : Confidence::Medium);
  return D;
}

std::string ownerText(const Program &P, Site S, const BorrowFact &Borrow) {
  if (Borrow.Owner < 0)
    return {};
  const auto &Set = P.Functions[S.Function].Value.arg(S.Event, Borrow.Owner);
  std::string Name = Borrow.Category;
  if (Name == "sequence_fast")
    Name = "sequence";
  const Event &Call = P.event(S);
  if (static_cast<size_t>(Borrow.Owner) < Call.Args.size() &&
      Call.Args[Borrow.Owner].Kind == OperandKind::Load)
    return Name + " '" +
           P.text(P.path(Call.Args[Borrow.Owner].Index), S.Function) + "'";
  return Set.size() == 1 ? Name + " '" + P.text(Set[0], S.Function) + "'"
                         : Name;
}

} // namespace ungil::rules
