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

} // namespace ungil

#endif
