//===- Effects.h - what calls do behind their arguments ---------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a call does to the storage an argument points to: the C API by its
// data, the extension's own functions by their bodies, everybody else by the
// type of the parameter - what is lent for writing is taken to be written.
// Structures of Python objects are left out: their fields are accesses of
// their own (Fields.cpp).
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_LINK_EFFECTS_H
#define UNGIL_LINK_EFFECTS_H

#include "Link/Program.h"
#include <vector>

namespace ungil {

struct PointeeEffect {
  FieldUse Use = FieldUse::Read; ///< Release: the storage itself is freed
  bool Opaque = false;           ///< known from the parameter's type only
  std::vector<HeldLock> Locks;   ///< held at the access, sorted
  auto operator<=>(const PointeeEffect &) const = default;
};
using PointeeEffects = std::vector<PointeeEffect>; ///< sorted

class Effects {
public:
  explicit Effects(Program &P);

  /// Of call \p E in \p F on what argument \p Arg points to, locks in terms
  /// of \p F.
  PointeeEffects of(FunctionId F, EventId E, unsigned Arg) const;

private:
  bool update(FunctionId F);

  Program &P;
  std::vector<std::vector<PointeeEffects>> Params; ///< per function
};

/// A lock of the callee of call \p E in terms of the caller \p F; What is
/// Unknown where the caller has no name for it.
HeldLock inCaller(Program &P, const HeldLock &L, FunctionId F, EventId E);

/// Does \p Where lead into the structure of a Python object?
bool entersObject(const Program &P, const Path &Where);

} // namespace ungil

#endif
