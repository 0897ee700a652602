//===- Types.h - what a type means to a data race ---------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Clang's types in the words of Facts.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_EXTRACT_TYPES_H
#define UNGIL_EXTRACT_TYPES_H

#include "Facts/Entities.h"
#include "clang/AST/Type.h"

namespace ungil {

/// What a type means to a data race; looks through arrays and references.
TypeClass classify(clang::QualType Type);

/// The struct, union or class \p Type is, points to or refers to; null if none.
const clang::RecordDecl *recordBehind(clang::QualType Type);

/// Does \p Record begin with an object header (PyObject, PyVarObject, or a
/// record that does)?
bool isObjectStruct(const clang::RecordDecl *Record);

} // namespace ungil

#endif
