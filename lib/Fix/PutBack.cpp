//===- PutBack.cpp - state of the call under way --------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fix/PutBack.h"
#include "llvm/ADT/STLExtras.h"
#include <set>
#include <utility>

namespace ungil::fix {
namespace {

/// Where a value is kept meanwhile: a variable of one function, or a field
/// (None and the field) that functions share.
using Keep = std::pair<uint32_t, uint32_t>;
constexpr Keep Nowhere{None, None};

class Custody {
public:
  Custody(const Program &P, EntityId Place) : P(P), Place(Place) {}

  bool run();

private:
  bool isPlace(PathId Where) const;
  Keep keepOf(FunctionId F, const Path &Where) const;
  void look(FunctionId F, EventId E);
  void lookAtCopy(FunctionId F, EventId E);
  void move(FunctionId F, PathId To, const std::vector<Origin> &From,
            OperandKind How);
  std::set<FunctionId> functionsNear(FunctionId F) const;

  const Program &P;
  EntityId Place;
  std::set<std::pair<Keep, FunctionId>> Aside, Back;
  std::set<FunctionId> Keepers; ///< put it aside or back
};

/// The place, or all of an array of it.
bool Custody::isPlace(PathId Where) const {
  const Path &At = P.path(Where);
  return At.Root == RootKind::Place && At.Index == Place &&
         llvm::all_of(At.Steps,
                      [](const Step &S) { return S.Kind == StepKind::Index; });
}

Keep Custody::keepOf(FunctionId F, const Path &Where) const {
  for (const Step &S : llvm::reverse(Where.Steps))
    if (S.Kind == StepKind::Field)
      return {None, S.Field};
  return Where.Root == RootKind::Local ? Keep{F, Where.Index} : Nowhere;
}

/// A value that was found at \p From goes to \p To.
void Custody::move(FunctionId F, PathId To, const std::vector<Origin> &From,
                   OperandKind How) {
  bool Takes = isPlace(To), Restores = false;
  for (const Origin &O : From) {
    if (O.Kind != How)
      continue;
    bool Gives = isPlace(O.Index);
    // A plain local is looked through: what comes back is the place's own.
    // One element of an array that another gets is no such thing.
    Restores |= Takes && Gives && From.size() == 1 && To == O.Index &&
                (How == OperandKind::Address || P.path(To).Steps.empty());
    Keep Other = keepOf(F, P.path(Takes ? O.Index : To));
    if (Takes == Gives || Other == Nowhere)
      continue;
    (Takes ? Back : Aside).insert({Other, F});
  }
  if (Restores)
    Keepers.insert(F);
}

/// `memcpy(&saved, &place, sizeof(saved));` and the way back.
void Custody::lookAtCopy(FunctionId F, EventId E) {
  const Event &Call = P.body(F).Events[E];
  const ApiFunction *Api = P.api(Call);
  if (!Api || !Api->Memory || Api->Memory->Reads.empty())
    return;
  const Values &V = P.Functions[F].Value;
  for (int To : Api->Memory->Writes)
    for (const Origin &Target : V.arg(E, To))
      for (int From : Api->Memory->Reads)
        if (Target.Kind == OperandKind::Address)
          move(F, Target.Index, V.arg(E, From), OperandKind::Address);
}

void Custody::look(FunctionId F, EventId E) {
  const Event &Ev = P.body(F).Events[E];
  const Values &V = P.Functions[F].Value;
  if (Ev.Kind == EventKind::Call)
    lookAtCopy(F, E);
  else if (Ev.Kind == EventKind::Bind && Ev.Where != None)
    move(F, Ev.Where, V.value(E), OperandKind::Load);
  else if (Ev.Kind == EventKind::Write)
    for (PathId Where : V.Events[E].Where)
      move(F, Where, V.value(E), OperandKind::Load);
}

/// \p F, what it calls and what calls it.
std::set<FunctionId> Custody::functionsNear(FunctionId F) const {
  std::set<FunctionId> Near{F};
  for (const Event &E : P.body(F).Events)
    if (E.Kind == EventKind::Call)
      for (FunctionId Callee : P.bodiesOf(E.Callee))
        Near.insert(Callee);
  for (const CallSite &C : P.Functions[F].Callers)
    if (!C.Handed)
      Near.insert(C.Caller);
  return Near;
}

bool Custody::run() {
  std::set<FunctionId> Users, Writers;
  for (const Access &A : P.Places.at(Place)) {
    Users.insert(A.At.Function);
    if (A.writes() && !P.initOnly(A.At.Function))
      Writers.insert(A.At.Function);
  }
  for (FunctionId F : Users)
    for (EventId E = 0; E != P.body(F).Events.size(); ++E)
      look(F, E);
  for (const auto &[Kept, Saver] : Aside)
    for (const auto &[Given, Giver] : Back)
      if (Kept == Given)
        Keepers.insert({Saver, Giver});
  return !Writers.empty() && llvm::all_of(Writers, [&](FunctionId F) {
    return llvm::any_of(functionsNear(F), [&](FunctionId Near) {
      return Keepers.count(Near) != 0;
    });
  });
}

} // namespace

bool isPutBack(const Program &P, EntityId Place) {
  return Custody(P, Place).run();
}

} // namespace ungil::fix
