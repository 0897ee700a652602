//===- Objects.h - what rules ask about one object --------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Who can reach the object behind a value or a path, whether it was made here
// and already shown to others, and what a slot call means. Shared by the
// rules about objects: refcount-one, direct-object-access, traverse-refcount,
// alloc-domain.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_OBJECTS_H
#define UNGIL_RULES_OBJECTS_H

#include "Link/Program.h"
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ungil::rules {

/// Who can reach an object when \p Use runs, and whether it is new.
struct ObjectVerdict {
  Sharing How = Sharing::Unknown;
  std::string Why;
  bool Fresh = false;     ///< made in this function
  bool Published = false; ///< new, but others may have got it before the use
};

/// The verdict on all of \p Objects: that of the one most exposed.
ObjectVerdict judgeObjects(const Program &P, Site Use,
                           const std::vector<Origin> &Objects);

/// The field a path ends with, looking through elements (`x->ob_item[i]` is
/// ob_item); None when it names no field.
EntityId lastField(const Program &P, const Path &Where);

/// The pointer a path goes through before its field number \p Field steps:
/// of `self->list->allocated` it is `self->list`. Nothing for storage that no
/// pointer leads to (`Foo_Type.tp_dict`).
std::optional<Origin> pointerBefore(const Program &P, const Path &Where,
                                    size_t FieldStep);

/// What the data says of the slot an indirect call goes through
/// (`type->tp_alloc(type, 0)`); null when it is none.
const ApiFunction *slotCalled(const Program &P, const Event &Call);

/// The record \p Field belongs to, by name; empty when it has none.
std::string_view recordOf(const Program &P, EntityId Field);

/// An argument as the source spells it, quoted; `an object` for one that the
/// facts do not name.
std::string argumentText(const Program &P, FunctionId F, const Event &Call,
                         unsigned Arg);

/// Is any lock held at \p S, named or not?
bool anyLockHeld(const Program &P, Site S);

} // namespace ungil::rules

#endif
