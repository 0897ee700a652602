//===- Fields.cpp - every access of the fields of objects -----------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Collects the accesses of the fields of extension objects, whatever the
// pointer to the object is called: by path, and through calls that are given
// what a field holds or its address. Left out is what no other thread can
// see: objects that are not shared yet, and an object's own fields while it
// is destroyed.
//
//===----------------------------------------------------------------------===//

#include "Link/Effects.h"
#include "Link/Flow.h"
#include "Link/Passes.h"
#include "Link/PrivateObjects.h"
#include "Link/UnsetTests.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <optional>

namespace ungil {
namespace {

/// A path cut where the object ends and its field begins.
struct FieldPath {
  Origin Object;
  EntityId Field = None;
  std::vector<Step> Rest;
};

class FieldsPass {
public:
  FieldsPass(Program &P, const Effects &Calls)
      : P(P), Private(P), Calls(Calls) {}
  void run();

private:
  void collect(FunctionId F);
  void collectCall(FunctionId F, EventId E);
  bool isConstPointee(const Path &Where) const;
  bool dropsOwn(FunctionId F, EventId E, const Origin &Read) const;
  bool emptiesScratch(FunctionId F, EventId E, unsigned Arg,
                      const Origin &Container);
  void findLazy(FunctionId F);
  void followMoves();
  std::optional<FieldPath> split(const Path &Where);
  FieldAccess *add(Site At, FieldUse Use, const Path &Where);
  bool only(FunctionId F, uint8_t Phases) const {
    return !(P.Functions[F].Phases & ~Phases);
  }

  Program &P;
  PrivateObjects Private;
  const Effects &Calls;
};

//===-- Accesses ----------------------------------------------------------===//

static bool isExempt(const Entity &Field) {
  switch (Field.Class) {
  case TypeClass::Lock:
  case TypeClass::Atomic:
  case TypeClass::ThreadKey:
  case TypeClass::PyStatic:
  case TypeClass::Table:
    return true;
  default:
    return Field.has(EF_Const) || Field.has(EF_Generated);
  }
}

std::optional<FieldPath> FieldsPass::split(const Path &Where) {
  size_t At = Where.Steps.size();
  for (size_t I = 0; I != Where.Steps.size(); ++I)
    if (Where.Steps[I].Kind == StepKind::Field &&
        P.isShared(Where.Steps[I].Field))
      At = I; // the innermost object
  if (At == Where.Steps.size() || Where.Root == RootKind::Place)
    return std::nullopt; // static storage: Places
  FieldPath Cut;
  Cut.Field = Where.Steps[At].Field;
  if (P.entity(P.entity(Cut.Field).Parent).has(EF_SystemHeader))
    return std::nullopt;
  size_t Pointer = At; // the step that dereferences it
  while (Pointer && Where.Steps[Pointer - 1].Kind != StepKind::Deref)
    --Pointer;
  if (!Pointer--)
    return std::nullopt;
  if (!Pointer && Where.Root == RootKind::Result) {
    Cut.Object = {OperandKind::Result, Where.Index, 0};
  } else {
    Path Prefix = Where;
    Prefix.Steps.resize(Pointer);
    Cut.Object = {OperandKind::Load, P.intern(Prefix), 0};
  }
  for (size_t I = At; I != Where.Steps.size(); ++I) {
    const Step &S = Where.Steps[I];
    if (S.Kind == StepKind::Field && isExempt(P.entity(S.Field)))
      return std::nullopt;
    if (I > At && S.Kind != StepKind::Index)
      Cut.Rest.push_back(S);
  }
  // The object header, or the structure of the base type, as a whole.
  const Entity &Field = P.entity(Cut.Field);
  if (Cut.Rest.empty() && Field.Name == "ob_base")
    return std::nullopt;
  return Cut;
}

FieldAccess *FieldsPass::add(Site At, FieldUse Use, const Path &Where) {
  std::optional<FieldPath> Cut = split(Where);
  if (!Cut || Private.owns(At, Cut->Object))
    return nullptr;
  bool Bare = Cut->Object.Kind == OperandKind::Load &&
              P.path(Cut->Object.Index).Steps.empty();
  if (Bare && only(At.Function, P_Init | P_Dealloc | P_Traverse))
    return nullptr; // the object is being destroyed
  FieldAccess A;
  A.At = At;
  A.Use = Use;
  A.Field = Cut->Field;
  A.Rest = std::move(Cut->Rest);
  A.Object = Cut->Object;
  // The objects that one in construction has are in construction as well.
  A.Reinit = Cut->Object.Kind == OperandKind::Load &&
             only(At.Function, P_Init | P_Construct | P_Dealloc | P_Traverse);
  A.Locks = P.Functions[At.Function].Locks.at(At.Event);
  auto &All = P.Fields[A.Field];
  if (!All.empty() && All.back().At == At && All.back().Use == Use &&
      All.back().Rest == A.Rest && !All.back().Deep &&
      All.back().Object != A.Object) {
    All.back().OrObjects.push_back(A.Object);
    return nullptr;
  }
  All.push_back(std::move(A));
  return &All.back();
}

static bool dropsReference(const ApiFunction &Api, unsigned Arg) {
  auto In = [&](const std::vector<int> &Args) {
    return std::find(Args.begin(), Args.end(), static_cast<int>(Arg)) !=
           Args.end();
  };
  return (Api.Ownership &&
          (In(Api.Ownership->Releases) || In(Api.Ownership->Steals))) ||
         (Api.Alloc && Api.Alloc->Role != AllocRole::Alloc &&
          Api.Alloc->Pointer == static_cast<int>(Arg));
}

/// Is what call \p E drops a reference that this run of \p F has taken of its
/// own to what it read from a field? Then the one of the field stays.
bool FieldsPass::dropsOwn(FunctionId F, EventId E, const Origin &Read) const {
  const Function &Body = P.body(F);
  const Values &V = P.Functions[F].Value;
  for (EventId Call = 0; Call < E; ++Call) {
    const Event &Ev = Body.Events[Call];
    const ApiFunction *Api = Ev.Kind == EventKind::Call ? P.api(Ev) : nullptr;
    if (!Api || !Api->Ownership)
      continue;
    for (int Arg : Api->Ownership->Retains) {
      const auto &Given = V.arg(Call, static_cast<unsigned>(Arg));
      if (std::find(Given.begin(), Given.end(), Read) != Given.end())
        return true;
    }
  }
  return false;
}

/// Does call \p E empty a container that this run of \p F has filled? Not when
/// emptying is all that it does: each call of the C API is safe by itself.
bool FieldsPass::emptiesScratch(FunctionId F, EventId E, unsigned Arg,
                                const Origin &Container) {
  const Function &Body = P.body(F);
  const ApiFunction *Api = P.api(Body.Events[E]);
  bool Empties = Api->Ownership && Api->Ownership->DropsOld &&
                 Api->Ownership->Mutates == std::vector<int>{int(Arg)} &&
                 Body.Events[E].Args.size() == 1;
  std::optional<FieldPath> Cut;
  if (Empties)
    Cut = split(Path(P.path(Container.Index)));
  if (!Cut)
    return false;
  const Values &V = P.Functions[F].Value;
  for (EventId Before = 0; Before != E; ++Before) {
    const Event &Call = Body.Events[Before];
    if (Call.Kind == EventKind::Call && P.BodyOf.count(Call.Callee))
      for (unsigned I = 0; I != V.Events[Before].Args.size(); ++I)
        for (const Origin &O : V.arg(Before, I))
          if (O == Cut->Object)
            return true;
  }
  return false;
}

/// Is the last field of \p Where a pointer to const?
bool FieldsPass::isConstPointee(const Path &Where) const {
  for (size_t I = Where.Steps.size(); I--;)
    if (Where.Steps[I].Kind == StepKind::Field)
      return P.entity(Where.Steps[I].Field).Type.starts_with("const ");
  return false;
}

/// What a call is given: a pointer that a field holds, or a field's address.
void FieldsPass::collectCall(FunctionId F, EventId E) {
  const Event &Call = P.body(F).Events[E];
  const ApiFunction *Api = P.api(Call);
  for (unsigned I = 0; I != P.Functions[F].Value.Events[E].Args.size(); ++I)
    for (const Origin &O :
         std::vector<Origin>(P.Functions[F].Value.arg(E, I))) {
      bool Loads = O.Kind == OperandKind::Load;
      if (!Loads && O.Kind != OperandKind::Address)
        continue;
      Path Where = P.path(O.Index);
      if (!entersObject(P, Where))
        continue;
      if (Loads && Api && dropsReference(*Api, I) && !dropsOwn(F, E, O))
        add({F, E}, FieldUse::Release, Where);
      if (Loads && Api && emptiesScratch(F, E, I, O)) {
        Path Contents = Where;
        Contents.Steps.push_back({StepKind::Deref, None});
        if (FieldAccess *A = add({F, E}, FieldUse::Update, Contents))
          A->Deep = true;
      }
      if (Loads) {
        const Step &Last = Where.Steps.back();
        if (Last.Kind == StepKind::Field &&
            P.entity(Last.Field).Class != TypeClass::Pointer)
          continue; // objects are accessed by their own fields
        Where.Steps.push_back({StepKind::Deref, None});
      }
      // Without a prototype only a handle is likely to be changed: storage
      // in the object is as often lent for reading.
      bool Unseen = Call.Callee != None && P.entity(Call.Callee).Mutates == ~0u;
      bool Lent = Loads ? isConstPointee(Where) : Unseen;
      for (const PointeeEffect &Effect : Calls.of(F, E, I)) {
        if (Effect.Opaque && Lent && Effect.Use != FieldUse::Read)
          continue;
        FieldAccess *A = add({F, E}, Effect.Use, Where);
        if (!A)
          continue;
        A->Deep = true;
        A->Opaque = Effect.Opaque;
        A->Locks.insert(A->Locks.end(), Effect.Locks.begin(),
                        Effect.Locks.end());
      }
    }
}

void FieldsPass::collect(FunctionId F) {
  const Function &Body = P.body(F);
  for (EventId E = 0; E != Body.Events.size(); ++E) {
    const Event &Ev = Body.Events[E];
    if (Ev.has(EV_Loose) || Ev.has(EV_Atomic))
      continue;
    FieldUse Use;
    switch (Ev.Kind) {
    case EventKind::Call:
      collectCall(F, E);
      continue;
    case EventKind::Read:
      Use = Ev.has(EV_OnlyTested) ? FieldUse::Test : FieldUse::Read;
      break;
    case EventKind::Write:
      Use = FieldUse::Write;
      break;
    case EventKind::ReadWrite:
      Use = FieldUse::Update;
      break;
    default:
      continue;
    }
    for (PathId Where :
         std::vector<PathId>(P.Functions[F].Value.Events[E].Where))
      if (FieldAccess *A = add({F, E}, Use, Path(P.path(Where))))
        A->Stored = Ev.Value;
  }
}

/// Marks the writes that stand under a test of the same field.
void FieldsPass::findLazy(FunctionId F) {
  std::vector<std::pair<FieldPath, UnsetTest>> Tests;
  for (const UnsetTest &T : unsetTests(P, F))
    if (std::optional<FieldPath> Cut = split(Path(P.path(T.Tested))))
      Tests.push_back({*Cut, T});
  if (Tests.empty())
    return;
  Dominance Dom(P.body(F));
  EventOrder Order(P.body(F));
  for (const auto &[Tested, T] : Tests) {
    auto It = P.Fields.find(Tested.Field);
    if (It == P.Fields.end())
      continue;
    // Those of F were the last to be collected.
    for (FieldAccess &A : llvm::reverse(It->second)) {
      if (A.At.Function != F)
        break;
      if (A.Use == FieldUse::Write && A.Stored.Kind != OperandKind::Null &&
          A.Rest == Tested.Rest && A.Object == Tested.Object &&
          Dom.under(Order.Block[A.At.Event], T.Block))
        A.LazyTest = T.Branch;
    }
  }
}

/// What a function takes out of a field is its own from then on: using it
/// later is as safe as the store that took it out.
void FieldsPass::followMoves() {
  for (auto &[Field, All] : P.Fields) {
    std::vector<FieldAccess> Stores;
    for (const FieldAccess &A : All)
      if (A.Use == FieldUse::Write && !A.Deep && !A.Locks.empty())
        Stores.push_back(A);
    for (const FieldAccess &S : Stores)
      for (FieldAccess &A : All) {
        bool Behind =
            A.Rest.size() > S.Rest.size() &&
            std::equal(S.Rest.begin(), S.Rest.end(), A.Rest.begin()) &&
            A.Rest[S.Rest.size()].Kind == StepKind::Deref;
        bool Released = A.Use == FieldUse::Release && A.Rest == S.Rest;
        if (A.At.Function == S.At.Function && (Behind || Released))
          A.Locks.insert(A.Locks.end(), S.Locks.begin(), S.Locks.end());
      }
  }
}

void FieldsPass::run() {
  for (FunctionId F = 0; F != P.Functions.size(); ++F)
    if (P.isConcurrent(F) && !P.entityOf(F).has(EF_Generated)) {
      collect(F);
      findLazy(F);
    }
  followMoves();
}

} // namespace

void computeFields(Program &P, const Effects &Calls) {
  FieldsPass(P, Calls).run();
}

} // namespace ungil
