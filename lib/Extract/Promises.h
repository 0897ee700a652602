//===- Promises.h - Clang's thread-safety attributes ------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// `guarded_by`, `requires_capability` and their like say what the authors know
// of their locks. They are read as they stand, whether or not -Wthread-safety
// is on.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_EXTRACT_PROMISES_H
#define UNGIL_EXTRACT_PROMISES_H

#include "Extract/FactsBuilder.h"

namespace ungil {

/// Adds what the attributes of \p D say of \p Of, the entity of \p D.
void readPromises(FactsBuilder &Builder, const clang::ValueDecl *D,
                  EntityId Of);

} // namespace ungil

#endif
