//===- Body.h - a function body as events -----------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Lowers one body from Clang's CFG to the blocks of events of Facts.h.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_EXTRACT_BODY_H
#define UNGIL_EXTRACT_BODY_H

#include "Extract/FactsBuilder.h"
#include "Facts/Facts.h"

namespace clang {
class Decl;
class Stmt;
} // namespace clang

namespace ungil {

/// Appends to Builder.Facts.Functions the lowered body of \p D: a function
/// with a body, or a variable whose initialiser runs at load time (then \p Id
/// is the synthetic initialiser function). Returns false, and appends
/// nothing, when Clang cannot build a control-flow graph for it.
bool lowerBody(FactsBuilder &Builder, const clang::Decl *D, clang::Stmt *Body,
               EntityId Id);

/// Kind of entry point a function becomes when stored in \p Field of
/// \p Record (`tp_traverse` of PyTypeObject). False when it is no such table.
bool slotEntryKind(llvm::StringRef Record, llvm::StringRef Field,
                   EntryKind &Kind);

} // namespace ungil

#endif
