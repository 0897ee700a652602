//===- Passes.h - the passes of Link ----------------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each pass fills one part of the Program from the parts filled before it.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_LINK_PASSES_H
#define UNGIL_LINK_PASSES_H

#include "Link/Effects.h"
#include "Link/Program.h"

namespace ungil {

/// Values of every function; needs the callers.
void computeValues(Program &P);

/// Callers, entry points, phases and the ways in.
void computeCallGraph(Program &P);

/// Locks held at every event; callers' locks at entry.
void computeLocks(Program &P);

/// Which functions return new private objects.
void computeOwnership(Program &P);

/// Program::Places.
void computePlaces(Program &P, const Effects &Calls);

/// Program::Fields.
void computeFields(Program &P, const Effects &Calls);

//===-- Of computeValues (Accessors.cpp) ----------------------------------===//

/// The place that every result of \p F names.
Origin returnedPlace(const Program &P, FunctionId F);

/// Does \p F take nothing and return a reference? Whatever that is to, it is
/// there before and after the call, and the same for every caller.
bool namesState(const Program &P, FunctionId F);

/// The storage that \p F returns a reference to, a place without a name of its
/// own: it goes by the function's.
Origin stateBehind(Program &P, FunctionId F);

} // namespace ungil

#endif
