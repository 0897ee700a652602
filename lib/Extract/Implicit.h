//===- Implicit.h - bodies that the compiler writes -------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A defaulted copy constructor, and the destructor of a closure, copy and
// destroy references although no source says so. They become functions whose
// only events are calls of what somebody did write for the members.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_EXTRACT_IMPLICIT_H
#define UNGIL_EXTRACT_IMPLICIT_H

#include "Extract/FactsBuilder.h"

namespace clang {
class CXXConstructorDecl;
class LambdaExpr;
} // namespace clang

namespace ungil {

/// \p Copy is a copy constructor that is `= default`.
void addDefaultedCopy(FactsBuilder &Builder,
                      const clang::CXXConstructorDecl *Copy);

/// The end of what \p Lambda captures by value.
void addClosureEnd(FactsBuilder &Builder, const clang::LambdaExpr *Lambda);

} // namespace ungil

#endif
