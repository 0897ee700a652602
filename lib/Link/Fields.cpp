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
#include "Link/Ownership.h"
#include "Link/Passes.h"
#include "Link/UnsetTests.h"
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
  FieldsPass(Program &P, const Effects &Calls) : P(P), Owners(P), Calls(Calls) {
    // A library keeps the object for callbacks; it does not use it meanwhile.
    Owners.LibrariesPublish = false;
  }
  void run();

private:
  void collect(FunctionId F);
  void collectCall(FunctionId F, EventId E);
  bool isConstPointee(const Path &Where) const;
  bool emptiesScratch(FunctionId F, EventId E, unsigned Arg,
                      const Origin &Container);
  void findLazy(FunctionId F);
  void followMoves();
  std::optional<FieldPath> split(const Path &Where);
  FieldAccess *add(Site At, FieldUse Use, const Path &Where);
  bool isPrivate(Site At, const Origin &Object);
  bool isPrivateParam(FunctionId F, uint32_t Param);
  bool isPrivatePointee(FunctionId F, uint32_t Param);
  bool isPrivateElement(Site At, const Origin &Object);
  bool isBeingMade(FunctionId F, uint32_t Param);
  bool isCaptured(FunctionId F, uint32_t L) const;
  bool isNew(Site At, const Origin &Object);
  bool only(FunctionId F, uint8_t Phases) const {
    return !(P.Functions[F].Phases & ~Phases);
  }

  Program &P;
  OwnershipModel Owners;
  const Effects &Calls;
  std::map<std::pair<FunctionId, uint32_t>, bool> PrivateParams;
};

//===-- Objects nobody else sees ------------------------------------------===//

/// Is it the result of a call that makes an object?
bool FieldsPass::isNew(Site At, const Origin &Object) {
  if (Object.Kind != OperandKind::Result || Object.Out)
    return false;
  if (Owners.isFreshCall(At.Function, Object.Index))
    return true;
  const Event &Call = P.body(At.Function).Events[Object.Index];
  // `Type->tp_new(...)`, or the function that is it.
  for (FunctionId F : P.bodiesOf(Call.Callee))
    for (uint32_t I : P.Functions[F].Entries)
      if (P.Facts.EntryPoints[I].Kind == EntryKind::New)
        return true;
  const ApiFunction *Slot = P.slot(Call);
  return Slot && Slot->Ownership && Slot->Ownership->NewReference;
}

bool FieldsPass::isPrivate(Site At, const Origin &Object) {
  switch (Object.Kind) {
  case OperandKind::Null:
    return true;
  case OperandKind::Result:
    if (isPrivateElement(At, Object))
      return true;
    // Whom a constructor shows its object to does not use it before it is
    // complete: C libraries that keep it for callbacks.
    return isNew(At, Object) &&
           (only(At.Function, P_Init | P_Construct) ||
            !Owners.escapedBefore(At.Function, Object.Index, 0, At.Event));
  case OperandKind::Load: {
    const Path Where = P.path(Object.Index);
    if (Where.Root == RootKind::Place) // a generator's free list
      return P.entity(Where.Index).has(EF_Generated);
    if (Where.Root == RootKind::Result) // what an element points to
      return isPrivateElement(At, {OperandKind::Result, Where.Index, 0});
    if (Where.Root != RootKind::Local)
      return false;
    if (Where.Index >= P.body(At.Function).Params)
      return Where.Steps.empty() && isCaptured(At.Function, Where.Index);
    if (Where.Steps.size() == 1 && Where.Steps[0].Kind == StepKind::Deref)
      return isPrivatePointee(At.Function, Where.Index);
    return Where.Steps.empty() && (isBeingMade(At.Function, Where.Index) ||
                                   isPrivateParam(At.Function, Where.Index));
  }
  case OperandKind::Address: {
    // Of a local it is the function's own, of a part of an object its owner's;
    // places are judged as places.
    Path Where = P.path(Object.Index);
    while (!Where.Steps.empty() && Where.Steps.back().Kind != StepKind::Deref)
      Where.Steps.pop_back();
    if (Where.Root == RootKind::Place || Where.Steps.empty())
      return Where.Root == RootKind::Place || Where.Root == RootKind::Local;
    Where.Steps.pop_back();
    return isPrivate(At, Where.Root == RootKind::Result && Where.Steps.empty()
                             ? Origin{OperandKind::Result, Where.Index, 0}
                             : Origin{OperandKind::Load, P.intern(Where), 0});
  }
  default:
    return false;
  }
}

/// Is \p Param the object that a constructor makes or a destructor ends, or
/// one that is moved from?
bool FieldsPass::isBeingMade(FunctionId F, uint32_t Param) {
  const Entity &E = P.entityOf(F);
  if (Param == 0 && E.has(EF_Lambda)) { // the `this` that it captures
    auto Outer = E.Parent == None ? P.BodyOf.end() : P.BodyOf.find(E.Parent);
    return Outer != P.BodyOf.end() &&
           P.entityOf(Outer->second).has(EF_Member) &&
           (isBeingMade(Outer->second, 0) || isPrivateParam(Outer->second, 0));
  }
  if (Param == 0 && E.has(EF_Member) &&
      (E.Flags & (EF_Constructor | EF_Destructor)))
    return true;
  return P.body(F).Locals[Param].Type.ends_with("&&");
}

/// Is local \p L one that a closure has from outside? Whose it is there is not
/// known, and what is not known is not said.
bool FieldsPass::isCaptured(FunctionId F, uint32_t L) const {
  const Function &Body = P.body(F);
  return P.entityOf(F).has(EF_Lambda) &&
         std::none_of(
             Body.Events.begin(), Body.Events.end(), [&](const Event &E) {
               auto Names = [&](PathId Where) {
                 return P.path(Where) == Path{RootKind::Local, L, {}};
               };
               return (E.Kind == EventKind::Bind && Names(E.Where)) ||
                      std::any_of(E.Args.begin(), E.Args.end(),
                                  [&](const Operand &A) {
                                    return A.Kind == OperandKind::Address &&
                                           Names(A.Index);
                                  });
             });
}

/// Is \p Object an element of a container of the C++ library that is this
/// call's own, or a part of an object that is?
bool FieldsPass::isPrivateElement(Site At, const Origin &Object) {
  const Event &Call = P.body(At.Function).Events[Object.Index];
  bool Library = Call.has(EV_MethodCall) && Call.Callee != None &&
                 P.entity(Call.Callee).has(EF_SystemHeader) &&
                 P.entity(Call.Callee).Name.starts_with("std::");
  if (!Library || Object.Out)
    return false;
  const std::vector<Origin> Container =
      P.Functions[At.Function].Value.arg(Object.Index, 0);
  return Container.size() == 1 && Container[0] != Object &&
         isPrivate(At, Container[0]);
}

/// Do all callers pass a pointer to a pointer of their own (a reference to a
/// smart pointer)?
bool FieldsPass::isPrivatePointee(FunctionId F, uint32_t Param) {
  const FunctionInfo &Info = P.Functions[F];
  if (!Info.Entries.empty() || Info.AddressTaken || Info.Callers.empty())
    return false;
  return std::all_of(
      Info.Callers.begin(), Info.Callers.end(), [&](const CallSite &C) {
        if (C.Event == None || C.Handed)
          return false;
        const std::vector<Origin> Held =
            P.Functions[C.Caller].Value.pointee(C.Event, Param);
        return !Held.empty() &&
               std::all_of(Held.begin(), Held.end(), [&](const Origin &O) {
                 return O.Kind != OperandKind::Load &&
                        isPrivate({C.Caller, C.Event}, O);
               });
      });
}

/// Do all callers pass an object of their own?
bool FieldsPass::isPrivateParam(FunctionId F, uint32_t Param) {
  auto [It, New] = PrivateParams.try_emplace({F, Param}, true);
  if (!New)
    return It->second; // also the optimistic answer inside a recursion
  const FunctionInfo &Info = P.Functions[F];
  bool Private =
      Info.Entries.empty() && !Info.AddressTaken && !Info.Callers.empty();
  for (const CallSite &C : Info.Callers) {
    if (!Private || C.Event == None || C.Handed) {
      Private = false;
      break;
    }
    if (!P.isConcurrent(C.Caller))
      continue;
    const auto Passed = P.Functions[C.Caller].Value.arg(C.Event, Param);
    Private = !Passed.empty() &&
              std::all_of(Passed.begin(), Passed.end(), [&](const Origin &O) {
                return isPrivate({C.Caller, C.Event}, O);
              });
  }
  return PrivateParams[{F, Param}] = Private;
}

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
  if (!Cut || isPrivate(At, Cut->Object))
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
      if (Loads && Api && dropsReference(*Api, I))
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
  EventOrder Order(Body);
  for (EventId E = 0; E != Body.Events.size(); ++E) {
    const Event &Ev = Body.Events[E];
    if (Order.Block[E] == None || Ev.has(EV_Atomic))
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
    for (FieldAccess &A : It->second)
      if (A.At.Function == F && A.Use == FieldUse::Write &&
          A.Stored.Kind != OperandKind::Null && A.Rest == Tested.Rest &&
          A.Object == Tested.Object &&
          Dom.under(Order.Block[A.At.Event], T.Block))
        A.LazyTest = T.Branch;
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
    if (P.isConcurrent(F) && !P.entityOf(F).has(EF_Generated))
      collect(F);
  for (FunctionId F = 0; F != P.Functions.size(); ++F)
    if (P.isConcurrent(F))
      findLazy(F);
  followMoves();
}

} // namespace

void computeFields(Program &P, const Effects &Calls) {
  FieldsPass(P, Calls).run();
}

} // namespace ungil
