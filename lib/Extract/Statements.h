//===- Statements.h - the statements of a body, for edits -------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Where the statements of a function begin and end in its file and which one
// is part of which: what an edit needs beside the events.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_EXTRACT_STATEMENTS_H
#define UNGIL_EXTRACT_STATEMENTS_H

#include "Extract/FactsBuilder.h"

namespace clang {
class Stmt;
} // namespace clang

namespace ungil {

/// The statements of \p Body, \p Body first (Function::Statements).
std::vector<Statement> statementsOf(FactsBuilder &Builder,
                                    const clang::Stmt *Body);

} // namespace ungil

#endif
