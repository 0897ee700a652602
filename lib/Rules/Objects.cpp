//===- Objects.cpp - what rules ask about one object ----------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rules/Objects.h"
#include "Link/Ownership.h"

namespace ungil::rules {

/// Does call \p E of \p F make a new object?
static bool makesObject(const Program &P, OwnershipModel &Model, FunctionId F,
                        EventId E) {
  if (Model.isFreshCall(F, E))
    return true;
  const ApiFunction *Slot = slotCalled(P, P.body(F).Events[E]);
  return Slot && Slot->Ownership &&
         (!Slot->Ownership->Fresh.empty() || Slot->Ownership->NewReference);
}

ObjectVerdict judgeObjects(const Program &P, Site Use,
                           const std::vector<Origin> &Objects) {
  OwnershipModel &Model = P.owners();
  ObjectVerdict Worst{Sharing::Private, "", false, false};
  if (Objects.empty())
    return {};
  for (const Origin &O : Objects) {
    ObjectVerdict Here;
    bool Made = O.Kind == OperandKind::Result && !O.Out &&
                makesObject(P, Model, Use.Function, O.Index);
    if (Made) {
      Here.Fresh = true;
      Here.Published = Model.escapedBefore(Use.Function, O.Index, 0, Use.Event);
      Here.How = Here.Published ? Sharing::Unknown : Sharing::Private;
    } else {
      SharingVerdict V = Model.origin(Use.Function, Use.Event, O);
      Here.How = V.How;
      Here.Why = V.Why;
      // Of a tuple that callers make and a helper fills, the ownership model
      // only says that it is a tuple. The argument tuple of a call is others'.
      if (V.How == Sharing::Immutable && V.Where == None &&
          P.Functions[Use.Function].Entries.empty())
        Here.How = Sharing::Private;
    }
    if (Here.How >= Worst.How) {
      Here.Fresh |= Worst.Fresh;
      Here.Published |= Worst.Published;
      Worst = Here;
    }
  }
  return Worst;
}

EntityId lastField(const Program &P, const Path &Where) {
  for (size_t I = Where.Steps.size(); I--;)
    if (Where.Steps[I].Kind == StepKind::Field)
      return Where.Steps[I].Field;
  return None;
}

std::optional<Origin> pointerBefore(const Program &P, const Path &Where,
                                    size_t FieldStep) {
  for (size_t I = FieldStep; I--;)
    if (Where.Steps[I].Kind == StepKind::Deref) {
      if (I == 0 && Where.Root == RootKind::Result)
        return Origin{OperandKind::Result, Where.Index, 0};
      Path Pointer = Where;
      Pointer.Steps.resize(I);
      return Origin{OperandKind::Load, const_cast<Program &>(P).intern(Pointer),
                    0};
    }
  return std::nullopt;
}

const ApiFunction *slotCalled(const Program &P, const Event &Call) {
  return P.slot(Call);
}

std::string_view recordOf(const Program &P, EntityId Field) {
  EntityId Parent = P.entity(Field).Parent;
  return Parent == None ? std::string_view() : P.entity(Parent).Name;
}

std::string argumentText(const Program &P, FunctionId F, const Event &Call,
                         unsigned Arg) {
  if (Arg >= Call.Args.size())
    return "an object";
  const Operand &O = Call.Args[Arg];
  switch (O.Kind) {
  case OperandKind::Load:
  case OperandKind::Address:
    return "'" + P.text(P.path(O.Index), F) + "'";
  case OperandKind::Result:
    return P.text(Origin{O.Kind, O.Index, 0}, F);
  default:
    return "an object";
  }
}

bool anyLockHeld(const Program &P, Site S) {
  return !P.Functions[S.Function].Locks.at(S.Event).empty();
}

} // namespace ungil::rules
