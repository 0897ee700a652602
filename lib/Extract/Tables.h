//===- Tables.h - what initialisers hand to the interpreter -----*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Method tables, type objects, slot arrays and module definitions name the
// functions that Python can call; this reads them out of initialisers.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_EXTRACT_TABLES_H
#define UNGIL_EXTRACT_TABLES_H

#include "Extract/FactsBuilder.h"

namespace ungil {

/// Writes the entry points, slot tables, member entries and module
/// declarations that the initialiser of \p Var holds.
void readTables(FactsBuilder &Builder, const clang::VarDecl *Var);

} // namespace ungil

#endif
